"""BNLL: log(1 + exp(x))."""

from __future__ import annotations

from prototxt.blobs import Array
from prototxt.layers.base import Cost
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.registry import layer
from prototxt.util.lazy import np


@layer("BNLL")
class BNLL(ElementwiseLayer):
    """Binomial normal log likelihood, a smooth ReLU (softplus).

    Formula:
        y = log(1 + exp(x)), computed as max(x, 0) + log(1 + exp(-|x|)), which cannot overflow

    Shapes:
        x: any, y alike

    Example:
        layer { name: "bnll1" type: "BNLL" bottom: "ip1" top: "ip1" }

    Source: caffe/src/caffe/layers/bnll_layer.cpp.
    """

    per_value = Cost(comparisons=2, exponentials=2, additions=2)

    def apply(self, x: Array) -> Array:
        return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
