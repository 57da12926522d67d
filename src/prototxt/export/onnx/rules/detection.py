"""Boxes and regions in ONNX."""

from __future__ import annotations

import numpy as np

from prototxt.export.onnx.draft import BOOL, FLOAT, LayerDraft
from prototxt.export.onnx.rule import Values, onnx_rule
from prototxt.layers.detection_output import DetectionOutput
from prototxt.layers.prior_box import PriorBox
from prototxt.layers.roi_pooling import ROIPooling


@onnx_rule.register
def onnx_prior_box(layer: PriorBox, draft: LayerDraft) -> Values:
    """A constant: the boxes follow from the sizes of map and image, which are fixed with it."""
    nothing = [np.broadcast_to(np.float32(0), shape) for shape in draft.bottom]
    (boxes,) = layer.forward(nothing, ())
    return draft.constant(boxes, "boxes")


@onnx_rule.register
def onnx_roi_pooling(layer: ROIPooling, draft: LayerDraft) -> Values:
    """MaxRoiPool, whose regions are a matrix."""
    x, regions = draft.bottoms
    if len(draft.bottom[1]) > 2:
        regions = draft.op("Reshape", regions, draft.whole([-1, 5], "rows"))
    return draft.op(
        "MaxRoiPool", x, regions, pooled_shape=list(layer.pooled), spatial_scale=layer.spatial_scale
    )


@onnx_rule.register
def onnx_detection_output(layer: DetectionOutput, draft: LayerDraft) -> Values:
    """Decoding, the best boxes of every class, NonMaxSuppression, the best of all.

    A class of an image is a batch of NonMaxSuppression. Masks keep the order of Caffe's rows: by image, by class, the
    best first.
    """
    if layer.eta < 1:
        raise draft.refuse("NonMaxSuppression has no adaptive threshold", field="eta")
    if layer.refines:
        raise draft.refuse("RefineDet's second stage", field="bottom")
    return _Detections(layer, draft).rows()


class _Detections:
    """The operators of one DetectionOutput.

    Axes: N images, C classes without the background, P boxes, K the best of them.
    """

    def __init__(self, layer: DetectionOutput, draft: LayerDraft) -> None:
        self.layer, self.draft = layer, draft
        self.priors = draft.bottom[2][2] // 4
        self.labels = [label for label in range(layer.num_classes) if label != layer.background]
        if not self.labels:
            raise draft.refuse("all its classes are background", field="num_classes")
        self.best = self.priors if layer.top_k is None else min(layer.top_k, self.priors)
        if not self.best:
            raise draft.refuse("it keeps no box", field="top_k")

    def rows(self) -> str:
        """The rows of 7, 1 x 1 x R x 7."""
        op, whole = self.draft.op, self.draft.whole
        scores, places = self._best()
        boxes = self._boxes(places)
        kept = self._kept(boxes, scores)
        where = op("Transpose", op("NonZero", kept), perm=[1, 0])  # R x 3: image, class, box
        image, label, _ = self.draft.ops("Split", where, whole([1, 1, 1], "ones"), outputs=3, axis=1)
        names = self.draft.constant(self.labels, "labels")
        rows = op(
            "Concat",
            op("Cast", image, to=FLOAT),
            op("Gather", names, label, axis=0),
            op("Unsqueeze", op("GatherND", scores, where), whole([1], "last")),
            op("GatherND", boxes, where),
            axis=1,
        )
        self.draft.open_axis(2)
        return op("Unsqueeze", self._or_none(rows), whole([0, 1], "axes"))

    def _best(self) -> tuple[str, str]:
        """The best scores of every class, N x C x K, and their boxes."""
        draft, whole = self.draft, self.draft.whole
        apart = draft.op(
            "Reshape", draft.bottoms[1], whole([-1, self.priors, self.layer.num_classes], "scores")
        )
        by_class = draft.op("Transpose", apart, perm=[0, 2, 1])
        if len(self.labels) < self.layer.num_classes:
            by_class = draft.op("Gather", by_class, whole(self.labels, "classes"), axis=1)
        scores, places = draft.ops("TopK", by_class, whole([self.best], "top_k"), outputs=2, axis=2)
        return scores, places

    def _boxes(self, places: str) -> str:
        """The boxes at these places, N x C x K x 4."""
        draft, op, whole = self.draft, self.draft.op, self.draft.whole
        each = 1 if self.layer.share_location else self.layer.num_classes
        apart = op("Reshape", draft.bottoms[0], whole([-1, self.priors, each, 4], "offsets"))
        decoded = self._decoded(op("Transpose", apart, perm=[0, 2, 1, 3]))
        if each == 1:
            shape = whole([1, len(self.labels), 1, 1], "every_class")
            decoded = op("Tile", decoded, shape)
        elif each > len(self.labels):
            decoded = op("Gather", decoded, whole(self.labels, "classes"), axis=1)
        four = op("Tile", op("Unsqueeze", places, whole([3], "axis")), whole([1, 1, 1, 4], "corners"))
        return op("GatherElements", decoded, four, axis=2)

    def _decoded(self, offsets: str) -> str:
        """The prior boxes moved by the offsets, N x 1 or C x P x 4."""
        draft, op, layer = self.draft, self.draft.op, self.layer
        priors = op("Reshape", draft.bottoms[2], draft.whole([2, 1, 1, self.priors, 4], "priors"))
        boxes, variances = (
            op("Gather", priors, draft.constant(i, "row", np.int64), axis=0) for i in range(2)
        )
        if layer.variances_count:
            offsets = op("Mul", offsets, variances)
        halves = draft.whole([2, 2], "halves")
        low, high = draft.ops("Split", boxes, halves, outputs=2, axis=3)
        size = op("Sub", high, low)
        if layer.code == "CENTER_SIZE":
            move, grow = draft.ops("Split", offsets, halves, outputs=2, axis=3)
            half = draft.constant(0.5, "half")
            centre = op("Add", op("Mul", op("Add", low, high), half), op("Mul", move, size))
            reach = op("Mul", op("Mul", op("Exp", grow), size), half)
            decoded = op("Concat", op("Sub", centre, reach), op("Add", centre, reach), axis=3)
        else:
            if layer.code == "CORNER_SIZE":
                offsets = op("Mul", offsets, op("Concat", size, size, axis=3))
            decoded = op("Add", boxes, offsets)
        if layer.clip:
            decoded = op("Clip", decoded, draft.constant(0, "least"), draft.constant(1, "most"))
        return decoded

    def _kept(self, boxes: str, scores: str) -> str:
        """Which of them stay, N x C x K: 1 and 0."""
        draft, op, whole, layer = self.draft, self.draft.op, self.draft.whole, self.layer
        each = [
            whole([self.best], "every_box"),
            draft.constant(layer.nms_threshold, "nms_threshold"),
        ]
        if layer.least_score > -np.inf:
            each.append(draft.constant(layer.least_score, "confidence_threshold"))
        alone = op("Reshape", boxes, whole([-1, self.best, 4], "alone"))
        values = op("Reshape", scores, whole([-1, 1, self.best], "alone"))
        found = op("NonMaxSuppression", alone, values, *each)  # rows of batch, 0, box
        place = op("Gather", found, whole([0, 2], "columns"), axis=1)
        line = op("Squeeze", values, whole([1], "axis"))
        zeros = op("Expand", whole([0], "zero"), op("Shape", line))
        ones = op("Expand", whole([1], "one"), draft.lengths(found, 1))
        mask = op("ScatterND", zeros, place, ones)
        if layer.keep_top_k is not None and layer.keep_top_k < len(self.labels) * self.best:
            mask = self._best_of_all(mask, values)
        return op("Reshape", mask, whole([-1, len(self.labels), self.best], "kept"))

    def _best_of_all(self, mask: str, scores: str) -> str:
        """The mask without those that are not among the best of an image."""
        draft, op, whole = self.draft, self.draft.op, self.draft.whole
        line = whole([-1, len(self.labels) * self.best], "image")
        flat, values = op("Reshape", mask, line), op("Reshape", scores, line)
        lowest = draft.constant(np.finfo(np.float32).min, "lowest")
        left = op("Where", op("Cast", flat, to=BOOL), values, lowest)
        keep = whole([self.layer.keep_top_k or 0], "keep_top_k")
        _, places = draft.ops("TopK", left, keep, outputs=2, axis=1)
        zeros = op("Expand", whole([0], "zero"), op("Shape", flat))
        ones = op("Expand", whole([1], "one"), op("Shape", places))
        return op("Mul", flat, op("ScatterElements", zeros, places, ones, axis=1))

    def _or_none(self, rows: str) -> str:
        """The rows; where there are none, Caffe's row of -1 for every image."""
        draft, op, whole = self.draft, self.draft.op, self.draft.whole
        count, images = draft.lengths(rows, 1), draft.lengths(draft.bottoms[0], 1)
        ones = op("Expand", draft.constant([1], "one"), images)
        numbers = op(
            "Sub", op("CumSum", ones, draft.constant(0, "axis", np.int64)), draft.constant([1], "one")
        )
        nothing = op(
            "Expand", draft.constant([[-1] * 6], "nothing"), op("Concat", images, whole([6], "six"), axis=0)
        )
        instead = op("Concat", op("Unsqueeze", numbers, whole([1], "axis")), nothing, axis=1)
        is_empty = op("Equal", count, whole([0], "zero"))
        chosen = op(
            "Concat",
            op("Expand", op("Not", is_empty), count),
            op("Expand", is_empty, images),
            axis=0,
        )
        return op("Compress", op("Concat", rows, instead, axis=0), chosen, axis=0)
