"""YoloDetectionOutput: the boxes of YOLO v2."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer, OutputKind
from prototxt.layers.common.detections import most_rows
from prototxt.layers.common.labels import Labels
from prototxt.layers.common.yolo import (
    BOX_CHANNELS,
    best_rows,
    check_classes,
    check_map,
    corners,
    reading_cost,
)
from prototxt.layers.outcomes import Outcome, ignore
from prototxt.layers.registry import layer
from prototxt.layers.sigmoid import sigmoid
from prototxt.layers.softmax import softmax
from prototxt.schema.caffe_pb2 import DetectionOutputParameter, LayerParameter, YoloDetectionOutputParameter
from prototxt.util.lazy import np

LEAST_SCORE = 0.01
"""The confidence_threshold of a file that gives none."""


@layer("YoloDetectionOutput", bottoms=(1, 2), fork="yolo")
class YoloDetectionOutput(Layer):
    """Reads the boxes of YOLO v2 from its last map, and of those that overlap keeps the best.

    Formula:
        of box n in cell (i, j), with t = its 5 + K channels at (j, i), W = the map's width:
            centre = ((i + sigmoid t0) / W, (j + sigmoid t1) / W)
            size = (exp(t2) * biases[2n] / W, exp(t3) * biases[2n + 1] / W)
            score = sigmoid t4 * the largest of the softmax of the K classes, which is its label
        boxes with a score of confidence_threshold or more; from the best down, each that overlaps every one kept by
        less than nms_threshold is kept

    Shapes:
        x: N x (num_box * (5 + num_classes)) x S x S, one or two of them
        y: 1 x 1 x R x 7, rows [0, label + 1, score, x1, y1, x2, y2] in parts of the image, the best first
        R depends on the values; the table of shapes shows its upper bound.

    Pitfalls:
        All images of a batch and all classes are thrown together, and the image in every row is 0. Where nothing is
        detected there is one row for each image: its number, then six times -1. A second bottom has the same biases. Of
        a map higher than wide only the first W rows are read; one wider than high is an error, where MobileNet-YOLO
        reads past its end. `num_classes` must be written; `side` and `coords` are not used.

    Example:
        layer {
          name: "detection_out" type: "YoloDetectionOutput" bottom: "conv22" top: "detection_out"
          yolo_detection_output_param {
            num_classes: 20 num_box: 2 confidence_threshold: 0.25 nms_threshold: 0.45
            biases: 1.08 biases: 1.19 biases: 3.42 biases: 4.41
          }
        }

    Source: yolo_detection_output_layer.cpp of the MobileNet-YOLO fork; Redmon and Farhadi, YOLO9000 (2016).
    """

    data_dependent = True

    ignores = ignore(
        Outcome.QUIET,
        "the fork does not use it for the boxes either",
        "yolo_detection_output_param.side",
        "yolo_detection_output_param.coords",
        "yolo_detection_output_param.label_map_file",
    )

    def setup(self, param: LayerParameter) -> None:
        self._set_up(param.yolo_detection_output_param)

    def _set_up(self, p: YoloDetectionOutputParameter | DetectionOutputParameter) -> None:
        check_classes(p)
        self.num_classes: int = p.num_classes
        self.output_kind = OutputKind("boxes", self.num_classes + 1, together=True)
        self.num_box: int = p.num_box
        self.least_score: float = (
            p.confidence_threshold if p.HasField("confidence_threshold") else LEAST_SCORE
        )
        self.nms_threshold: float = p.nms_threshold
        self.biases: tuple[float, ...] = tuple(p.biases)
        if len(self.biases) < 2 * self.num_box:
            what = f"{len(self.biases)} values of biases for {self.num_box} boxes; give {2 * self.num_box}"
            raise LayerError(what, field="biases")

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        for shape in bottom:
            check_map(shape, self.num_box, self.num_classes)
            if shape[2] < shape[3]:
                what = (
                    f"a map must not be wider than high, got {shape[3]} wide and {shape[2]} high: "
                    f"{format_shape(shape)}"
                )
                raise LayerError(what, field="bottom")
        boxes = sum(shape[0] * self.num_box * shape[3] ** 2 for shape in bottom)
        return most_rows(boxes, bottom[0][0])

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        parts = zip(*map(self._read, bottom), strict=True)
        boxes, labels, scores = map(np.concatenate, parts)
        return [best_rows(boxes, labels, scores, self.nms_threshold, len(bottom[0]))]

    def _read(self, x: Array) -> tuple[Array, Labels, Array]:
        """Boxes, labels and scores of one map."""
        side = x.shape[3]
        channels = x[:, :, :side].reshape(len(x), self.num_box, BOX_CHANNELS + self.num_classes, side, side)
        anchors = np.array(self.biases[: 2 * self.num_box], np.float32).reshape(-1, 2)
        place = np.concatenate([sigmoid(channels[:, :, :2]), channels[:, :, 2:4]], 2)
        boxes = corners(place, anchors, (side, side), (side, side))
        classes = softmax(channels[:, :, BOX_CHANNELS:], 2)
        scores = sigmoid(channels[:, :, 4]) * classes.max(2)
        good = scores >= np.float32(self.least_score)
        return boxes[good], classes.argmax(2)[good], scores[good]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        return reading_cost(bottom, self.num_classes)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.num_box} boxes nms {self.nms_threshold:g}"
