"""SmoothL1LossOHEM: the loss of boxes, of each item as well, for the hardest to be found."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.common.axes import four_axes
from prototxt.layers.common.loss import normalization, scalar
from prototxt.layers.common.smooth_l1 import RegionLoss, smooth_l1
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("SmoothL1LossOHEM", bottoms=(2, 3), tops=(1, 2), loss=True, fork="rfcn")
class SmoothL1LossOHEM(RegionLoss):
    """Squares of small differences and sizes of large ones; a second top holds the loss of every item.

    Formula:
        d = w * (a - b); f(d) = 0.5 * d^2 where |d| < 1, else |d| - 0.5
        y = 1 / D * sum of f(d); a second top is each[n, 0, h, w] = sum over c of f(d)[n, c, h, w]
        D: N * H * W for VALID (the default) and FULL, N for BATCH_SIZE, pre_fixed_normalizer for PRE_FIXED, 1 for
            NONE; never below 1

    Shapes:
        a: N x C x H x W (fewer axes too), b and the weights w alike
        y: a single number without axes; each: N x 1 x H x W

    Pitfalls:
        It does not count in the net's loss unless the file gives a `loss_weight`: the fork has no default. D does
        not count channels, and items that weigh 0 count like all others.

    Example:
        layer {
          name: "loss_bbox" type: "SmoothL1LossOHEM" bottom: "bbox_pred" bottom: "bbox_targets"
          bottom: "bbox_loss_weights_ohem" top: "loss_bbox" loss_weight: 1
          loss_param { normalization: PRE_FIXED pre_fixed_normalizer: 128 }
        }

    Source: Dai et al., R-FCN, 2016; Microsoft's caffe/src/caffe/layers/smooth_L1_loss_ohem_layer.cu.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.loss_param
        self.normalization = normalization(p, pre_fixed=True)
        self.pre_fixed_normalizer: float = p.pre_fixed_normalizer

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        self.check(bottom)
        n, _, h, w = four_axes(bottom[0])
        return [(), (n, 1, h, w)][: self.num_tops]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        each = smooth_l1(self.difference(bottom)).sum(axis=1, keepdims=True)
        return [*scalar(each.sum() / np.float32(self.divisor(each.shape))), each][: self.num_tops]

    def divisor(self, places: Shape) -> float:
        """The divisor of the sum over all places, N x 1 x H x W."""
        if self.normalization == "PRE_FIXED":
            return max(1.0, self.pre_fixed_normalizer)
        return max(1, {"BATCH_SIZE": places[0], "NONE": 1}.get(self.normalization, count(places)))
