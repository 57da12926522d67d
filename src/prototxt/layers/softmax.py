"""Softmax: scores become probabilities that sum to 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prototxt.layers._axes import canonical_axis
from prototxt.layers.base import Array, Cost, Layer, Shape, count
from prototxt.layers.registry import layer
from prototxt.lazy import np


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

    def setup(self, param: Any) -> None:
        self.axis: int = param.softmax_param.axis

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        canonical_axis(self.axis, bottom[0])
        return [bottom[0]]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0]
        powers = np.exp(x - x.max(axis=self.axis, keepdims=True))
        return [powers / powers.sum(axis=self.axis, keepdims=True)]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = count(top[0])
        return Cost(comparisons=values, additions=2 * values, exponentials=values, divisions=values)
