"""Input: the blobs a net is fed with."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, format_shape
from prototxt.errors import LayerError, UnknownShapeError
from prototxt.layers.base import Layer
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Input", bottoms=0, tops=(1, None))
class Input(Layer):
    """Names blobs and gives them shapes; the caller fills them.

    Formula:
        y = what the caller gives; zeros where nothing is given.

    Shapes:
        y: input_param.shape, one shape for all tops or one for each

    Example:
        layer {
          name: "data" type: "Input" top: "data"
          input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
        }

    Source: caffe/src/caffe/layers/input_layer.cpp.
    """

    is_input = True
    golden = "it computes nothing; every other layer's case is fed through it"

    def setup(self, param: LayerParameter) -> None:
        self.top_names: tuple[str, ...] = tuple(param.top)
        self.given: tuple[Shape, ...] = tuple(tuple(shape.dim) for shape in param.input_param.shape)
        if len(self.given) not in (0, 1, self.num_tops):
            what = f"{len(self.given)} shapes for {self.num_tops} tops; give 1 or {self.num_tops}"
            raise LayerError(what, field="shape")

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        each = self.given if len(self.given) == self.num_tops else (self.given or ((),)) * self.num_tops
        for name, shape in zip(self.top_names, each, strict=True):
            if not shape:
                hint = f'give one with --input {name}=N,C,H,W or inputs={{"{name}": (N, C, H, W)}}'
                raise UnknownShapeError(f'no shape for its top "{name}"', field="input_param", hint=hint)
            if min(shape) < 1:
                raise LayerError(
                    f'every dim of "{name}" must be at least 1, got {format_shape(shape)}', field="dim"
                )
        return list(each)

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [np.zeros(shape, np.float32) for shape in self.shapes([])]
