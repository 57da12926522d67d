"""ELU: an exponential below 0."""

from __future__ import annotations

from prototxt.blobs import Array
from prototxt.layers.base import Cost
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("ELU")
class ELU(ElementwiseLayer):
    """Exponential linear unit: bends negative values towards -alpha.

    Formula:
        y = x for x > 0, alpha * (exp(x) - 1) otherwise

    Shapes:
        x: any, y alike

    Example:
        layer { name: "elu1" type: "ELU" bottom: "conv1" top: "conv1" elu_param { alpha: 1 } }

    Source: caffe/src/caffe/layers/elu_layer.cpp.
    """

    per_value = Cost(comparisons=2, exponentials=1, additions=2, multiplications=1)

    def setup(self, param: LayerParameter) -> None:
        self.alpha: float = param.elu_param.alpha

    def apply(self, x: Array) -> Array:
        return np.maximum(x, 0) + np.float32(self.alpha) * np.expm1(np.minimum(x, 0))
