"""Concat: bottoms are joined along one axis."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.common.fields import exclusive
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Concat", bottoms=(1, None))
class Concat(Layer):
    """Joins its bottoms one after the other along `axis`.

    Formula:
        y = x_0, x_1, ... joined along axis

    Shapes:
        x_i: N x C_i x H x W, equal on every axis but `axis`
        y: N x (C_0 + C_1 + ...) x H x W
        `concat_dim` is the old name of `axis`; it cannot be negative. With Intel's `per_fla_fuse: true` each bottom
        is permuted and flattened to N x (H * W * C) x 1 x 1 first, by layers of their own.

    Example:
        layer {
          name: "output" type: "Concat" bottom: "1x1" bottom: "3x3" bottom: "5x5" top: "output"
          concat_param { axis: 1 }
        }

    Source: caffe/src/caffe/layers/concat_layer.cpp.
    """

    kind = "junction"

    def setup(self, param: LayerParameter) -> None:
        p = param.concat_param
        self._field = exclusive(p, "axis", "concat_dim")
        self.axis: int = getattr(p, self._field)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        first, axis = bottom[0], canonical_axis(self.axis, bottom[0], self._field)
        for shape in bottom[1:]:
            if len(shape) != len(first) or _without(axis, shape) != _without(axis, first):
                what = (
                    f"bottoms must agree on every axis but {axis}, got {format_shape(first)} and "
                    f"{format_shape(shape)}"
                )
                raise LayerError(what, field="bottom")
        return [(*first[:axis], sum(shape[axis] for shape in bottom), *first[axis + 1 :])]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [np.concatenate(bottom, axis=self.axis)]

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"axis {self.axis}"


def _without(axis: int, shape: Shape) -> Shape:
    return shape[:axis] + shape[axis + 1 :]
