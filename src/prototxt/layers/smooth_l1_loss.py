"""SmoothL1Loss as SSD means it: squares of small differences, large ones as they are."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.loss import check_batch, scalar
from prototxt.layers.common.smooth_l1 import smooth_l1
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("SmoothL1Loss", bottoms=2, loss=True, fork="ssd")
class SmoothL1Loss(Layer):
    """Half the square of each difference below 1, the difference less a half above; summed, over the items.

    Formula:
        y = 1 / N * sum of f(a - b);  f(d) = d^2 / 2 where |d| < 1, |d| - 1/2 otherwise

    Shapes:
        a, b: N x any, alike
        y: a single number without axes

    Pitfalls:
        R-CNN's layers of this name have weights as more bottoms, and a `sigma` or a `normalization`.

    Example:
        layer { name: "loc_loss" type: "SmoothL1Loss" bottom: "loc" bottom: "loc_gt" top: "loc_loss" }

    Source: smooth_L1_loss_layer.cpp of the SSD fork; Girshick, Fast R-CNN (2015).
    """

    @classmethod
    def matches(cls, param: LayerParameter, stored: int | None) -> bool | None:
        others = len(param.bottom) != 2 or len(param.top) > 1
        return False if others or param.HasField("smooth_l1_loss_param") else None

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_batch(bottom)
        longest = max(map(len, bottom))
        alike = {(*shape, *(1,) * (longest - len(shape))) for shape in bottom}
        if len(alike) > 1:
            what = f"both bottoms must have one shape, got {format_shape(bottom[0])} and {format_shape(bottom[1])}"
            raise LayerError(what, field="bottom")
        return [()]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        a, b = bottom
        return scalar(smooth_l1(a - b.reshape(a.shape)).sum() / max(len(a), 1))

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        return smooth_l1_cost(count(bottom[0]))


def smooth_l1_cost(values: int) -> Cost:
    """Cost of a sum over this number of differences, divided once."""
    return Cost(additions=2 * values, multiplications=values, comparisons=values, divisions=1)
