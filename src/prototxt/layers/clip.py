"""Clip: values held between two bounds."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Clip")
class Clip(ElementwiseLayer):
    """Holds every value between two bounds.

    Formula:
        y = max(min, min(x, max))

    Shapes:
        x: any, y alike

    Example:
        layer { name: "relu6" type: "Clip" bottom: "conv1" top: "conv1" clip_param { min: 0 max: 6 } }

    Source: caffe/src/caffe/layers/clip_layer.cpp.
    """

    per_value = Cost(comparisons=2)

    def setup(self, param: LayerParameter) -> None:
        p = param.clip_param
        for name in ("min", "max"):
            if not p.HasField(name):
                raise LayerError(
                    f"no {name}",
                    field="clip_param",
                    hint="give clip_param { min: ... max: ... } as the net was trained with them",
                )
        self.min: float = p.min
        self.max: float = p.max

    def apply(self, x: Array) -> Array:
        return np.maximum(np.float32(self.min), np.minimum(x, np.float32(self.max)))

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.min:g}..{self.max:g}"
