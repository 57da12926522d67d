"""DetectionOutput: from what a detector says of its prior boxes to the boxes of things."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.boxes.coders import decode, sizes
from prototxt.boxes.suppress import Positions, suppress
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer, OutputKind
from prototxt.layers.common.detections import check_box_values, detections, most_rows, num_priors, read_priors
from prototxt.layers.common.fields import check_given, check_least
from prototxt.layers.outcomes import Outcome, ignore
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter, PriorBoxParameter
from prototxt.util.lazy import np

ARM_VALUES = ("scores of the first stage", "box values of the first stage")
"""The contents of RefineDet's fourth and fifth bottom."""


ROW, CORNERS = 7, 8
"""Values of a row, and of the corners of a quadrilateral that may follow."""

WITH_CORNERS = 4 + CORNERS
"""Values of a prior box in loc, with those of a quadrilateral."""


@layer("DetectionOutput", bottoms=(3, 5), fork="ssd")
class DetectionOutput(Layer):
    """Decodes boxes from offsets to prior boxes, and of those that overlap keeps the best.

    Formula:
        offsets = loc * variance (CENTER_SIZE, with prior centre c, size s):
            centre = offsets[:2] * s + c, size = exp(offsets[2:]) * s
        CORNER: prior + offsets; CORNER_SIZE: prior + offsets * s
        of each class but the background: boxes with a score above confidence_threshold, the top_k best; from the
            best down each that overlaps one kept by no more than nms_threshold (intersection over union) is kept
        of each image: the keep_top_k best of all classes
        TextBoxes++, with 12 values a prior box in place of 4: the last 8 are offsets of the corners of a quadrilateral
            from those of the prior box, in units of its size, times variance[:2]
        RefineDet, with arm_conf and arm_loc: the priors are first moved by arm_loc as boxes are by loc; a prior whose
            arm_conf[1] is below objectness_score has score 0 in all classes but class 0, where it has 1

    Shapes:
        loc: N x (P * 4), with `share_location: false` N x (P * num_classes * 4); conf: N x (P * num_classes)
        priors: 1 x 2 x (P * 4), boxes and variances as PriorBox makes them
        arm_conf: N x (P * 2), arm_loc: N x (P * 4); RefineDet's fourth and fifth bottom
        y: 1 x 1 x R x 7, rows [image, label, score, x1, y1, x2, y2] in parts of the image, by image, label, score
        With quadrilaterals loc is N x (P * 12) and rows have 15 values: x and y of the corners from the upper left one
        clockwise follow. R depends on the values; the table of shapes shows its upper bound.

    Pitfalls:
        Where nothing is detected in any image there is one row for each: its number, then six times -1. The bottoms
        hold probabilities: a Softmax stands before. Boxes may hang over the image; `clip: true`, a field of OpenCV's
        that MobileNet-YOLO does not know, cuts them to it. `keep_top_k` and `top_k` are no limit where the file does
        not say. `code_type` is CORNER where it does not. `variance_encoded_in_target: true` leaves the variances out.
        With `nms_param.eta` below 1 the threshold falls with each box kept, as long as it is above 0.5. A fourth
        bottom alone holds the images, unless objectness_score is given, and is not used: nothing is drawn; nor are
        files written (a remark says so). Where the file does not say `use_polygon` the number of values in loc decides;
        with `--dialect textboxes` it is true, as in that fork. Overlaps are those of the boxes, not of quadrilaterals;
        the order of a prior box's 12 values is an assumption.

    Example:
        layer {
          name: "detection_out" type: "DetectionOutput" bottom: "loc" bottom: "conf" bottom: "priors"
          top: "detection_out"
          detection_output_param {
            num_classes: 21 code_type: CENTER_SIZE keep_top_k: 200 confidence_threshold: 0.01
            nms_param { nms_threshold: 0.45 top_k: 400 }
          }
        }

    Source: detection_output_layer.cpp and bbox_util.cpp of the SSD fork and of RefineDet's; TextBoxes++,
    https://arxiv.org/abs/1801.02765
    """

    data_dependent = True

    ignores = ignore(
        Outcome.WARNS,
        "nothing is written or drawn, the detections are the top",
        "detection_output_param.save_output_param",
        "detection_output_param.save_file",
        "detection_output_param.visualize",
        "detection_output_param.visualize_threshold",
    )

    def setup(self, param: LayerParameter) -> None:
        p = param.detection_output_param
        check_given(p, "num_classes")
        check_least(p.num_classes, 1, "num_classes")
        self.num_classes: int = p.num_classes
        self.output_kind = OutputKind("boxes", self.num_classes)
        self.share_location: bool = p.share_location
        self.background: int = p.background_label_id
        self.code = PriorBoxParameter.CodeType.Name(p.code_type)
        self.variances_count: bool = not p.variance_encoded_in_target
        self.least_score: float = p.confidence_threshold if p.HasField("confidence_threshold") else -inf
        self.keep_top_k: int | None = p.keep_top_k if p.keep_top_k >= 0 else None
        nms = p.nms_param
        self.top_k: int | None = nms.top_k if nms.HasField("top_k") and nms.top_k >= 0 else None
        self.nms_threshold: float = nms.nms_threshold
        self.eta: float = nms.eta
        if not self.nms_threshold >= 0:
            raise LayerError(
                f"nms_threshold must be at least 0, not {self.nms_threshold:g}", field="nms_threshold"
            )
        if not 0 < self.eta <= 1:
            raise LayerError(f"eta must be above 0 and at most 1, not {self.eta:g}", field="eta")
        if p.HasField("clip") and self.settings.dialect == "yolo":
            what = "clip is no field of MobileNet-YOLO's detection_output_param"
            raise LayerError(what, field="clip", hint="leave it out, or read the net without that dialect")
        self.clip: bool = p.clip
        by_default = True if self.settings.dialect == "textboxes" else None
        self.use_polygon: bool | None = p.use_polygon if p.HasField("use_polygon") else by_default
        """Whether quadrilaterals come with the boxes; None where the number of values decides."""
        if self.use_polygon and not self.share_location:
            what = "quadrilaterals are of all classes: share_location must be true with use_polygon"
            raise LayerError(what, field="share_location")
        self.objectness_score: float = p.objectness_score
        self.refines: bool = self.num_bottoms == 5 or (
            self.num_bottoms == 4 and p.HasField("objectness_score")
        )
        """Whether the bottoms after the priors are RefineDet's."""

    def has_polygons(self, loc: Shape, boxes: int) -> bool:
        """Whether every prior box has the corners of a quadrilateral too."""
        if self.use_polygon is None:
            return self.share_location and bool(loc) and count(loc[1:]) == boxes * WITH_CORNERS
        return self.use_polygon

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        loc, conf, priors = bottom[:3]
        boxes = num_priors(priors)
        polygons = self.has_polygons(loc, boxes)
        values = WITH_CORNERS if polygons else 4 * (1 if self.share_location else self.num_classes)
        check_box_values(loc, boxes * values, "box values")
        check_box_values(conf, boxes * self.num_classes, "scores")
        for shape, each, what in zip(bottom[3:] if self.refines else (), (2, 4), ARM_VALUES, strict=False):
            check_box_values(shape, boxes * each, what)
        if loc[0] != conf[0]:
            what = f"both bottoms must have the same number of images, got {format_shape(loc)} and {format_shape(conf)}"
            raise LayerError(what, field="bottom")
        candidates = boxes if self.top_k is None else min(self.top_k, boxes)
        each = candidates * (self.num_classes - (0 <= self.background < self.num_classes))
        kept = each if self.keep_top_k is None else min(self.keep_top_k, each)
        return most_rows(loc[0] * kept, loc[0], ROW + CORNERS * polygons)

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        loc, conf, priors = bottom[:3]
        boxes, variances = read_priors(priors, sized=self.code != "CORNER")
        polygons = np.empty((len(loc), len(boxes), 0), np.float32)
        if self.has_polygons(loc.shape, len(boxes)):
            loc = loc.reshape(len(loc), len(boxes), WITH_CORNERS)
            polygons = self._polygons(boxes, variances, loc[..., 4:])
            loc = loc[..., :4]
        offsets = loc.reshape(len(loc), len(boxes), -1, 4).swapaxes(1, 2)  # image, class or all, box
        if self.variances_count:
            offsets = offsets * variances
        decoded = decode(self.code, self._refined(boxes, variances, bottom), offsets)
        if self.clip:
            decoded, polygons = decoded.clip(0, 1), polygons.clip(0, 1)
        scores = self._scores(conf.reshape(len(conf), len(boxes), -1), bottom).swapaxes(1, 2)
        rows = [self._found(i, decoded[i], polygons[i], scores[i]) for i in range(len(loc))]
        return [detections(np.concatenate(rows), len(loc))]

    def _polygons(self, boxes: Array, variances: Array, offsets: Array) -> Array:
        """Corners of the quadrilaterals, image x box x 8, from those of the prior boxes."""
        unit = np.tile(sizes(boxes), 4) if self.code != "CORNER" else np.float32(1)
        if self.variances_count:
            unit = unit * np.tile(variances[:, :2], 4)
        with np.errstate(over="ignore", invalid="ignore"):
            corners: Array = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]] + offsets * unit
        return corners

    def _refined(self, boxes: Array, variances: Array, bottom: Sequence[Array]) -> Array:
        """The prior boxes, moved as the first stage of RefineDet says: of all images or for each, image x 1 x box."""
        if len(bottom) < 5:
            return boxes
        offsets = bottom[4].reshape(len(bottom[4]), 1, len(boxes), 4)
        return decode(self.code, boxes, offsets * variances if self.variances_count else offsets)

    def _scores(self, scores: Array, bottom: Sequence[Array]) -> Array:
        """The scores, image x box x class; boxes that the first stage of RefineDet drops are all background."""
        if not self.refines:
            return scores
        dropped = bottom[3].reshape(*scores.shape[:2], 2)[..., 1] < np.float32(self.objectness_score)
        background = np.eye(1, scores.shape[2], dtype=np.float32)[0]
        return np.where(dropped[..., None], background, scores)

    def _found(self, image: int, boxes: Array, polygons: Array, scores: Array) -> Array:
        """The rows of one image: its `boxes`, of all classes or for each, and each class's `scores` of them."""
        rows = [np.empty((0, ROW + polygons.shape[1]), np.float32)]
        for label in range(self.num_classes):
            if label == self.background:
                continue
            own = boxes[0 if self.share_location else label]
            best = self._best(own, scores[label])
            heads = np.broadcast_to(np.array([image, label], np.float32), (best.size, 2))
            rows.append(np.column_stack([heads, scores[label, best], own[best], polygons[best]]))
        detections = np.concatenate(rows)
        if self.keep_top_k is None or len(detections) <= self.keep_top_k:
            return detections
        detections = detections[np.argsort(-detections[:, 2], kind="stable")[: self.keep_top_k]]
        return detections[np.argsort(detections[:, 1], kind="stable")]

    def _best(self, boxes: Array, scores: Array) -> Positions:
        """The boxes of one class that stay, the best first."""
        above = np.flatnonzero(scores > self.least_score)
        above = above[np.argsort(-scores[above], kind="stable")[: self.top_k]]
        return above[suppress(boxes[above], self.nms_threshold, eta=self.eta)]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        """The number of boxes compared with each other depends on their scores, and is not counted."""
        values, scores = count(bottom[0]), count(bottom[1])
        multiplications = values * (self.variances_count + (self.code != "CORNER"))
        boxes = num_priors(bottom[2])
        of_boxes = count(bottom[0][:1]) * boxes * 4 if self.has_polygons(bottom[0], boxes) else values
        exponentials = of_boxes // 2 if self.code == "CENTER_SIZE" else 0
        return Cost(
            additions=values, multiplications=multiplications, exponentials=exponentials, comparisons=scores
        )

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.code} nms {self.nms_threshold:g}"
