"""Parameter: a learned array as a blob."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Layer, Param
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("Parameter", bottoms=0)
class Parameter(Layer):
    """Gives a learned array to layers that take it as a bottom.

    Formula:
        y = w

    Shapes:
        w, y: parameter_param.shape

    Pitfalls:
        It has no filler: without a weights file it is 0. Without a shape it is a single number without axes.

    Example:
        layer { name: "w" type: "Parameter" top: "w" parameter_param { shape { dim: 3 dim: 5 } } }

    Source: caffe/include/caffe/layers/parameter_layer.hpp.
    """

    def setup(self, param: LayerParameter) -> None:
        self.shape: Shape = tuple(param.parameter_param.shape.dim)
        if min(self.shape, default=1) < 1:
            raise LayerError(f"every dim must be at least 1, got {format_shape(self.shape)}", field="dim")

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        return (Param(self.shape, name="values"),)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        return [self.shape]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [params[0].copy()]
