"""ProposalTarget: of all proposed regions some to train on, with what a detector should say about them."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape
from prototxt.boxes.coders import encode_deltas
from prototxt.boxes.nearest import nearest
from prototxt.boxes.suppress import Positions
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.anchors import check_rows, read_rows
from prototxt.layers.common.labels import read_indices
from prototxt.layers.common.param_str import read_param_str, whole
from prototxt.layers.common.rois import check_rois, read_rois
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np

BATCH_SIZE = 128
"""Regions that are trained on."""

MAX_OBJECTS = 32
"""Number of them that may be objects."""

OBJECT = 0.5
"""The overlap from which on a region is an object."""

BACKGROUND = 0.1
"""The least overlap of background: what is further away from all objects is too easy."""


@layer("ProposalTarget", bottoms=2, tops=5, fork="rfcn")
class ProposalTarget(Layer):
    """Samples regions and gives the class and the target offsets of each: the Python layer, built in.

    Formula:
        regions: the proposed ones and the true boxes themselves
        objects overlap a true box by 0.5 or more, background by 0.1 to 0.5; drawn at random: 32 objects, or all
        there are, then as much background as makes 128
        label: the class of the true box that an object overlaps most, 0 for background
        target: for objects (dx, dy, dw, dh) to that box in the four columns of their class, else 0
        weights: 1 where a target is, inside and outside alike

    Shapes:
        regions: R x 5 (further axes of 1), a row is 0, x1, y1, x2, y2; true boxes: T x 5 (x1, y1, x2, y2, class)
        regions drawn: M x 5 x 1 x 1, labels: M x 1 x 1 x 1
        targets, inside weights, outside weights: M x 4*num_classes x 1 x 1
        M depends on values; tables show its upper bound, 128 or R + T

    Pitfalls:
        A layer of type "Python" whose module ends in proposal_target_layer is this layer, and no code of the net's
        runs. `param_str` gives num_classes, background counted; the other numbers are those that py-faster-rcnn has
        by default, targets are not normalized. The axes of 1 are R-FCN's: what follows needs them there, and takes
        them in Faster R-CNN's nets as well, whose own layer leaves them out. With 2 classes, as in R-FCN, what
        counts of a class is whether it is an object, where targets are concerned.

    Example:
        layer {
          name: "roi-data" type: "Python" bottom: "rpn_rois" bottom: "gt_boxes" top: "rois" top: "labels"
          top: "bbox_targets" top: "bbox_inside_weights" top: "bbox_outside_weights"
          python_param {
            module: "rpn.proposal_target_layer" layer: "ProposalTargetLayer" param_str: "'num_classes': 21"
          }
        }

    Source: Dai et al., R-FCN, 2016; py-R-FCN/lib/rpn/proposal_target_layer.py, and that of py-faster-rcnn.
    """

    golden = "draws at random: the tests hold it against boxes matched by hand"
    data_dependent = True

    @property
    def stateful(self) -> bool:
        return True

    def setup(self, param: LayerParameter) -> None:
        self.num_classes = whole(read_param_str(param.python_param.param_str), "num_classes", 2)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_rois(bottom[0], 0)
        check_rows(bottom[1], 1, 5, "T x 5 (x1, y1, x2, y2, class)")
        drawn = min(BATCH_SIZE, bottom[0][0] + bottom[1][0])
        moves = (drawn, 4 * self.num_classes, 1, 1)
        return [(drawn, 5, 1, 1), (drawn, 1, 1, 1), moves, moves, moves]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        truths = read_rows(bottom[1], 5)
        _, corners = read_rois(bottom[0], 1)
        regions = np.concatenate([corners.T, truths[:, :4]])
        near = nearest(regions.astype(np.float64), truths[:, :4].astype(np.float64))
        objects = self._draw(np.flatnonzero(near.share >= OBJECT), MAX_OBJECTS)
        others = np.flatnonzero((near.share < OBJECT) & (near.share >= BACKGROUND))
        background = self._draw(others, BATCH_SIZE - objects.size)
        drawn = np.concatenate([objects, background])
        rois, labels = np.zeros((drawn.size, 5), np.float32), np.zeros(drawn.size, np.float32)
        rois[:, 1:] = regions[drawn]
        classes = truths[near.truth[objects], 4]
        labels[: objects.size] = classes
        moves = encode_deltas(regions[objects], truths[near.truth[objects], :4])
        targets, weights = self._by_class(moves, classes, drawn.size)
        return [rois[:, :, None, None], labels[:, None, None, None], targets, weights, weights.copy()]

    def _draw(self, positions: Positions, most: int) -> Positions:
        """At most `most` of these positions, drawn at random where there are more."""
        return positions if positions.size <= most else self.rng.choice(positions, most, replace=False)

    def _by_class(self, moves: Array, classes: Array, drawn: int) -> tuple[Array, Array]:
        """The moves of objects, the first of the regions drawn, in the columns of their class, and weights of 1."""
        most = classes.max(initial=0) + 1 if self.num_classes == 2 else self.num_classes
        column = np.minimum(read_indices(classes, int(most), "a true box's class"), self.num_classes - 1)
        shape = (drawn, self.num_classes, 4)
        targets, weights = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        targets[np.arange(len(moves)), column] = moves
        weights[np.arange(len(moves)), column] = 1
        maps = (drawn, 4 * self.num_classes, 1, 1)
        return targets.reshape(maps), weights.reshape(maps)

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        """Cost of comparing every region with every true box."""
        pairs = (bottom[0][0] + bottom[1][0]) * bottom[1][0]
        return Cost(comparisons=7 * pairs, additions=6 * pairs, multiplications=pairs, divisions=pairs)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.num_classes} classes"
