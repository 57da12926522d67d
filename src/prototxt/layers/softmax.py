"""Softmax: scores become probabilities that sum to 1."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer, OutputKind
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Softmax")
class Softmax(Layer):
    """Exponentials along one axis, divided by their sum.

    Formula:
        y[n, c] = exp(x[n, c] - m[n]) / sum over c' of exp(x[n, c'] - m[n]) with m[n] = max over c of x[n, c]

    Shapes:
        x: any, y alike; `axis` is the axis that sums to 1

    Pitfalls:
        On N x C x H x W it works on the channels at each pixel, not on the image as a whole.

    Example:
        layer { name: "prob" type: "Softmax" bottom: "fc8" top: "prob" }

    Source: caffe/src/caffe/layers/softmax_layer.cpp.
    """

    kind = "answer"

    def setup(self, param: LayerParameter) -> None:
        self.axis: int = param.softmax_param.axis
        self.output_kind = OutputKind("scores") if self.axis == 1 else None

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        canonical_axis(self.axis, bottom[0])
        return [bottom[0]]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [softmax(bottom[0], self.axis)]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        return softmax_cost(bottom[0])


def softmax(x: Array, axis: int) -> Array:
    """Probabilities that sum to 1 along `axis`; the maximum is subtracted first, so nothing overflows."""
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    y: Array = powers / powers.sum(axis=axis, keepdims=True)
    return y


def softmax_cost(shape: Shape) -> Cost:
    """Cost of `softmax` on values of this shape."""
    values = count(shape)
    return Cost(comparisons=values, additions=2 * values, exponentials=values, divisions=values)
