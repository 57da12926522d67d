"""Tile: an array repeated along one axis."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.common.fields import check_given, check_least
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Tile")
class Tile(Layer):
    """Repeats its bottom `tiles` times along `axis`.

    Formula:
        y[n, c, h, w] = x[n, c mod C, h, w]   (axis 1)

    Shapes:
        x: N x C x H x W
        y: N x tiles*C x H x W   (axis 1)

    Example:
        layer { name: "tile" type: "Tile" bottom: "x" top: "y" tile_param { axis: 1 tiles: 3 } }

    Source: caffe/src/caffe/layers/tile_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.tile_param
        check_given(p, "tiles")
        check_least(p.tiles, 1, "tiles")
        self.axis: int = p.axis
        self.tiles: int = p.tiles

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        shape, axis = bottom[0], canonical_axis(self.axis, bottom[0])
        return [(*shape[:axis], shape[axis] * self.tiles, *shape[axis + 1 :])]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [np.concatenate([bottom[0]] * self.tiles, axis=self.axis)]

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.tiles}x"
