"""Swish: every value times its own sigmoid."""

from __future__ import annotations

from prototxt.blobs import Array
from prototxt.layers.base import Cost
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.registry import layer
from prototxt.layers.sigmoid import sigmoid
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Swish")
class Swish(ElementwiseLayer):
    """The value times its own sigmoid.

    Formula:
        y = x / (1 + exp(-beta * x))

    Shapes:
        x: any, y alike

    Example:
        layer { name: "swish1" type: "Swish" bottom: "conv1" top: "conv1" swish_param { beta: 1 } }

    Source: caffe/src/caffe/layers/swish_layer.cpp.
    """

    per_value = Cost(exponentials=1, multiplications=4, additions=1)

    def setup(self, param: LayerParameter) -> None:
        self.beta: float = param.swish_param.beta

    def apply(self, x: Array) -> Array:
        return x * sigmoid(np.float32(self.beta) * x)
