"""SeLu: ELU that keeps mean 0 and variance 1."""

from __future__ import annotations

from prototxt.blobs import Array
from prototxt.layers.base import Cost
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("SeLu", fork="others")
class SeLu(ElementwiseLayer):
    """Scaled exponential linear unit: keeps mean 0 and variance 1 from layer to layer.

    Formula:
        y = lambda * x for x > 0, lambda * alpha * (exp(x) - 1) otherwise

    Shapes:
        x: any, y alike

    Example:
        layer { name: "selu1" type: "SeLu" bottom: "conv1" top: "conv1" }

    Source: SNNs-Self-Normalizing-Neural-Networks-Caffe-Reimplementation, selu_layer.cpp;
    https://arxiv.org/abs/1706.02515
    """

    golden = "only the source text of the fork is available"
    per_value = Cost(comparisons=2, exponentials=1, additions=2, multiplications=2)

    def setup(self, param: LayerParameter) -> None:
        p = param.selu_param
        self.factor: float = getattr(p, "lambda")
        self.alpha: float = p.alpha

    def apply(self, x: Array) -> Array:
        bent = np.float32(self.factor * self.alpha) * np.expm1(np.minimum(x, 0))
        y: Array = np.float32(self.factor) * np.maximum(x, 0) + bent
        return y
