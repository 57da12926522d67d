"""Axpy: a residual sum whose branch has a weight per channel."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.registry import layer


@layer("Axpy", bottoms=3, fork="senet")
class Axpy(Layer):
    """Scales every channel of x by a number of its own for each image, and adds y.

    Formula:
        z[n, c, h, w] = a[n, c] * x[n, c, h, w] + y[n, c, h, w]

    Shapes:
        a: N x C or N x C x 1 x 1, x: N x C x any, y: like x
        z: like x

    Pitfalls:
        The order of the bottoms is a, x, y: the weights come first.

    Example:
        layer {
          name: "conv2_1" type: "Axpy"
          bottom: "conv2_1_sigmoid" bottom: "conv2_1_increase" bottom: "conv2_1_proj" top: "conv2_1"
        }

    Source: SENet's Caffe, axpy_layer.cpp; https://arxiv.org/abs/1709.01507
    """

    kind = "junction"

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        a, x, y = bottom
        check_num_axes(a, 2)
        check_num_axes(x, 2)
        if a[:2] != x[:2] or count(a[2:]) != 1:
            what = (
                f"the first bottom, {format_shape(a)}, does not fit the second, {format_shape(x)}: it "
                "holds N x C x 1 x 1 weights"
            )
            raise LayerError(what, field="bottom")
        if x != y:
            what = f"the second and the third bottom must have one shape, got {format_shape(x)} and {format_shape(y)}"
            raise LayerError(what, field="bottom")
        return [x]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        a, x, y = bottom
        return [a.reshape(*a.shape[:2], *(1,) * (x.ndim - 2)) * x + y]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        return Cost(multiplications=count(top[0]), additions=count(top[0]))
