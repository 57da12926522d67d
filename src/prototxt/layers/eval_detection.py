"""EvalDetection: the boxes of YOLO v2, each marked as right or wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.boxes.overlap import overlap
from prototxt.boxes.suppress import suppress
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.detections import Truth, read_truth
from prototxt.layers.common.fields import check_least
from prototxt.layers.common.labels import Labels, read_labels
from prototxt.layers.common.yolo import BOX_CHANNELS, check_map, corners, reading_cost
from prototxt.layers.outcomes import Outcome, ignore
from prototxt.layers.registry import layer
from prototxt.layers.sigmoid import sigmoid
from prototxt.layers.softmax import softmax
from prototxt.schema.caffe_pb2 import EvalDetectionParameter, LayerParameter
from prototxt.util.lazy import np

TRUE_VALUES = 5
"""Values of a true box: label, centre, width, height."""

SSD_VALUES = 8
"""The same as SSD's AnnotatedData has it: image, label, instance, corners, whether it is hard to see."""

ROW = 4
"""Values of a row: label, score, right, wrong."""


@layer("EvalDetection", bottoms=(2, 3), fork="yolov2")
class EvalDetection(Layer):
    """Reads the boxes of YOLO v2 from its last map, and says of each whether it is one of the true boxes.

    Formula:
        of box n in cell (i, j), with t = its 5 + K channels at (j, i), S = side:
            centre = ((i + sigmoid t0) / S, (j + sigmoid t1) / S)
            size = (exp(t2) * biases[2n] / S, exp(t3) * biases[2n + 1] / S)
            label = the class with the largest probability p, the softmax of the K classes; o = sigmoid t4
            score = o * p (score_type MULTIPLY), o (OBJ) or p (PROB)
        with nms of 0 or more: from the best box down, of all classes, each that overlaps one kept by nms or more goes
        of each class from the best box down: it is right where the true box of its class that it overlaps most, by
        threshold or more, was not taken before, and wrong otherwise

    Shapes:
        x: N x (num_object * (5 + num_class)) x side x side; a third bottom is not read
        label: N x (G * 5), rows [label, x, y, width, height] in parts of the image that end with an x of 0; or
        1 x 1 x G x 8, as AnnotatedData makes them, whose labels start with 1
        y: N x (num_class + side * side * num_object * 4): how many true boxes there are of each class, then rows
        [label, score, right, wrong] by label and score; rows that are not needed are 0

    Pitfalls:
        It is the end of nets in TEST: precision and recall follow from the rows of all images. The map is square. A
        true box that is hard to see is not counted, and a box that finds it is neither right nor wrong. `sqrt` and
        `constriant` are of YOLO v1 and not used. Labels count from 0. Rows of 8, and the order of boxes with equal
        scores (that of the map), are assumptions.

    Example:
        layer {
          name: "eval_det" type: "EvalDetection" bottom: "conv_reg" bottom: "label" top: "eval_det"
          eval_detection_param {
            side: 13 num_class: 20 num_object: 2 threshold: 0.5 nms: 0.45 score_type: MULTIPLY
            biases: 1.32 biases: 1.73 biases: 3.19 biases: 4.01
          }
        }

    Source: eval_detection_layer.cpp of caffe-yolo9000; Redmon and Farhadi, YOLO9000 (2016).
    """

    golden = "no case of the fork's own code is available; the tests compute its formula by hand"
    ignores = ignore(
        Outcome.QUIET, "it is of YOLO v1", "eval_detection_param.sqrt", "eval_detection_param.constriant"
    )

    def setup(self, param: LayerParameter) -> None:
        p = param.eval_detection_param
        for field in ("side", "num_class", "num_object"):
            check_least(getattr(p, field), 1, field)
        self.side: int = p.side
        self.num_class: int = p.num_class
        self.num_object: int = p.num_object
        self.threshold: float = p.threshold
        self.nms: float = p.nms
        self.score_type = EvalDetectionParameter.ScoreType.Name(p.score_type)
        self.biases: tuple[float, ...] = tuple(p.biases)
        if len(self.biases) < 2 * self.num_object:
            what = (
                f"{len(self.biases)} values of biases for {self.num_object} boxes; give {2 * self.num_object}"
            )
            raise LayerError(what, field="biases")

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        x, label = bottom[:2]
        check_map(x, self.num_object, self.num_class)
        if x[2:] != (self.side, self.side):
            what = f"a side of {self.side} takes maps of {self.side} x {self.side}, got {format_shape(x)}"
            raise LayerError(what, field="side")
        check_num_axes(label, 1)
        if not _is_ssd(label) and (label[0] != x[0] or count(label[1:]) % TRUE_VALUES):
            what = (
                f"true boxes are {x[0]} images of rows of 5, or 1 x 1 x boxes x 8, got {format_shape(label)}"
            )
            raise LayerError(what, field="bottom")
        return [(x[0], self.num_class + self.side**2 * self.num_object * ROW)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        y = np.zeros(self.shapes([x.shape for x in bottom])[0], np.float32)
        truth = self._truth(bottom[1])
        for image, result in enumerate(y):
            own = truth[truth.image == image]
            result[: self.num_class] = np.bincount(own.labels[~own.difficult], minlength=self.num_class)
            rows = self._rows(*self._boxes(bottom[0][image]), own)
            result[self.num_class : self.num_class + rows.size] = rows.reshape(-1)
        return [y]

    def _truth(self, x: Array) -> Truth:
        """The true boxes of all images."""
        if _is_ssd(x.shape):
            truth = read_truth(x, self.num_class + 1, background=0)
            return replace(truth, labels=truth.labels - 1)
        rows = x.reshape(len(x), -1, TRUE_VALUES)
        there = np.cumprod(rows[:, :, 1] != 0, axis=1).astype(bool)
        image, found = np.nonzero(there)[0].astype(np.float32), rows[there]
        half = found[:, 3:] / 2
        boxes = np.concatenate([found[:, 1:3] - half, found[:, 1:3] + half], 1)
        labels, _ = read_labels(found[:, 0], self.num_class)
        return Truth(image, labels, boxes, np.zeros(len(found), bool))

    def _boxes(self, x: Array) -> tuple[Array, Labels, Array]:
        """Corners, labels and scores of the boxes of one image, those that stay, the best first."""
        channels = x.reshape(self.num_object, BOX_CHANNELS + self.num_class, self.side, self.side)
        anchors = np.array(self.biases[: 2 * self.num_object], np.float32).reshape(-1, 2)
        offsets = np.concatenate([sigmoid(channels[:, :2]), channels[:, 2:4]], 1)[None]
        # Boxes go by row, column and number, as the fork reads the map.
        boxes = (
            corners(offsets, anchors, (self.side,) * 2, (self.side,) * 2)[0]
            .transpose(1, 2, 0, 3)
            .reshape(-1, 4)
        )
        classes = softmax(channels[:, BOX_CHANNELS:], 1)
        labels = classes.argmax(1).transpose(1, 2, 0).reshape(-1)
        best, objectness = classes.max(1), sigmoid(channels[:, 4])
        of_type = {"OBJ": objectness, "PROB": best}.get(self.score_type, objectness * best)
        scores = of_type.transpose(1, 2, 0).reshape(-1)
        order = np.argsort(-scores, kind="stable")
        if self.nms >= 0:
            below = float(np.nextafter(np.float32(self.nms), np.float32(-1)))
            order = order[suppress(boxes[order], below)]
        return boxes[order], labels[order], scores[order]

    def _rows(self, boxes: Array, labels: Labels, scores: Array, truth: Truth) -> Array:
        """The rows of one image."""
        order = np.argsort(labels, kind="stable")
        rows = np.zeros((order.size, ROW), np.float32)
        rows[:, 0], rows[:, 1] = labels[order], scores[order]
        for label in np.unique(labels):
            right, wrong = self._judged(boxes[labels == label], truth[truth.labels == label])
            rows[rows[:, 0] == label, 2:] = np.stack([right, wrong], 1)
        return rows

    def _judged(self, boxes: Array, truth: Truth) -> tuple[Array, Array]:
        """Which boxes of a class, the best first, are right and which are wrong: 1 or 0."""
        right, wrong = np.zeros((2, len(boxes)), np.float32)
        if not len(truth):
            return right, wrong + 1
        shares = overlap(boxes[:, None], truth.boxes)
        nearest = shares.argmax(1)
        found = shares[np.arange(len(boxes)), nearest] >= np.float32(self.threshold)
        taken = np.zeros(len(truth), bool)
        for i, (near, is_found) in enumerate(zip(nearest, found, strict=True)):
            if is_found and truth.difficult[near]:
                continue
            is_right = is_found and not taken[near]
            right[i], wrong[i] = is_right, not is_right
            taken[near] |= is_right
        return right, wrong

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        return reading_cost(bottom[:1], self.num_class)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.num_object} boxes {self.score_type}" + (f" nms {self.nms:g}" if self.nms >= 0 else "")


def _is_ssd(shape: Shape) -> bool:
    """Whether true boxes come as SSD's AnnotatedData makes them."""
    return len(shape) == 4 and shape[:2] == (1, 1) and shape[3] == SSD_VALUES
