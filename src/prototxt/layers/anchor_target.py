"""AnchorTarget: what a region proposal net should have said about an image's anchors."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from prototxt.blobs import AnyArray, Array, Shape
from prototxt.boxes.coders import encode_deltas
from prototxt.boxes.nearest import nearest
from prototxt.boxes.suppress import Mask
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.anchors import (
    check_info,
    check_rows,
    check_scores,
    read_anchors,
    read_info,
    read_rows,
)
from prototxt.layers.common.labels import Labels
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np

BATCH_SIZE = 256
"""Anchors of an image that are trained on."""

MAX_OBJECTS = 128
"""Number of them that may be objects."""

OBJECT, BACKGROUND = 0.7, 0.3
"""Overlaps from which on an anchor is an object, and below which it is background."""


@layer("AnchorTarget", bottoms=(3, 4), tops=4, fork="fasterrcnn")
class AnchorTarget(Layer):
    """Labels anchors as object or background and gives the offsets each should learn: the Python layer, built in.

    Formula:
        anchors: as in the Proposal layer, those that lie in the image
        label: 1 for the anchors that a true box overlaps most, and those that overlap one by 0.7 or more; else 0 where
        all overlaps are below 0.3; else -1. Drawn at random: 128 of the objects, if there are more, and as much
        background as makes 256; the rest become -1
        target: (dx, dy, dw, dh) from the anchor to the true box that it overlaps most
        inside weight: 1 for objects, else 0; outside weight: 1 / number of objects and background for both, else 0

    Shapes:
        scores: 1 x 2A x H x W (only the shape counts), true boxes: T x 5 (x1, y1, x2, y2, class)
        im_info: 1 x 3 (height, width, scale); a fourth bottom, the image, is not read
        labels: 1 x 1 x A*H x W; targets, inside weights, outside weights: 1 x 4A x H x W

    Pitfalls:
        A layer of type "Python" whose module ends in anchor_target_layer is this layer, and no code of the net's
        runs. `param_str` may give feat_stride and scales; the other numbers are those that py-faster-rcnn has by
        default. A true box that no anchor overlaps has none; the original then makes every anchor an object.

    Example:
        layer {
          name: "rpn-data" type: "Python" bottom: "rpn_cls_score" bottom: "gt_boxes" bottom: "im_info" bottom: "data"
          top: "rpn_labels" top: "rpn_bbox_targets" top: "rpn_bbox_inside_weights" top: "rpn_bbox_outside_weights"
          python_param { module: "rpn.anchor_target_layer" layer: "AnchorTargetLayer" param_str: "'feat_stride': 16" }
        }

    Source: Ren et al., Faster R-CNN, 2015; py-faster-rcnn/lib/rpn/anchor_target_layer.py.
    """

    golden = "draws at random: the tests hold it against boxes matched by hand"

    @property
    def stateful(self) -> bool:
        return True

    def setup(self, param: LayerParameter) -> None:
        self.anchors = read_anchors(param.python_param.param_str)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_scores(bottom[0], self.anchors.number)
        check_rows(bottom[1], 1, 4, "T x 5 (x1, y1, x2, y2, class)")
        check_info(bottom[2])
        height, width = bottom[0][2:]
        moves = (1, 4 * self.anchors.number, height, width)
        return [(1, 1, self.anchors.number * height, width), moves, moves, moves]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        rows, columns = bottom[0].shape[2:]
        height, width, _ = read_info(bottom[2])
        # In float64, as the original's: equal overlaps are to stay equal, and no others to become so.
        anchors: AnyArray = self.anchors.lay(rows, columns)
        truths: AnyArray = read_rows(bottom[1], 4).astype(np.float64)
        starts, ends = anchors[:, :2], anchors[:, 2:]
        inside = np.flatnonzero((starts >= 0).all(axis=1) & (ends < [width, height]).all(axis=1))
        near = nearest(anchors[inside], truths)
        labels = np.full(len(anchors), -1, np.float32)
        labels[inside] = self._labels(near.chosen | (near.share >= OBJECT), near.share < BACKGROUND)
        targets = np.zeros((len(anchors), 4), np.float32)
        if len(truths):
            targets[inside] = encode_deltas(anchors[inside], truths[near.truth])
        objects, counted = labels == 1, labels >= 0
        return [
            labels.reshape(1, rows, columns, -1).transpose(0, 3, 1, 2).reshape(1, 1, -1, columns),
            _to_maps(targets, rows, columns),
            _to_maps(objects[:, None].repeat(4, 1), rows, columns),
            _to_maps(counted[:, None].repeat(4, 1) / max(counted.sum(), 1), rows, columns),
        ]

    def _labels(self, objects: Mask, background: Mask) -> Array:
        """1 for objects and 0 for background, as many of both as are trained on; -1 for the rest."""
        labels = np.full(objects.size, -1, np.float32)
        ones = self._draw(objects, MAX_OBJECTS)
        labels[self._draw(background & ~objects, BATCH_SIZE - len(ones))] = 0
        labels[ones] = 1
        return labels

    def _draw(self, mask: Mask, most: int) -> Labels:
        """The positions in a mask, `most` of them at random where there are more."""
        positions = np.flatnonzero(mask)
        return positions if positions.size <= most else self.rng.choice(positions, most, replace=False)

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        """Cost of comparing every anchor with every true box."""
        pairs = self.anchors.number * prod(bottom[0][2:]) * bottom[1][0]
        return Cost(comparisons=7 * pairs, additions=6 * pairs, multiplications=pairs, divisions=pairs)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return self.anchors.brief()


def _to_maps(values: AnyArray, rows: int, columns: int) -> Array:
    """Four values for each anchor, place by place, as channels."""
    maps = values.reshape(1, rows, columns, -1).transpose(0, 3, 1, 2)
    return np.ascontiguousarray(maps, np.float32)
