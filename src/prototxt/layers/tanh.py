"""TanH: the hyperbolic tangent."""

from __future__ import annotations

from prototxt.blobs import Array
from prototxt.layers.base import Cost
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.registry import layer
from prototxt.util.lazy import np


@layer("TanH")
class TanH(ElementwiseLayer):
    """Squeezes every value into -1 to 1.

    Formula:
        y = tanh(x)

    Shapes:
        x: any, y alike

    Example:
        layer { name: "tanh1" type: "TanH" bottom: "ip1" top: "ip1" }

    Source: caffe/src/caffe/layers/tanh_layer.cpp.
    """

    per_value = Cost(exponentials=1)

    def apply(self, x: Array) -> Array:
        return np.tanh(x)
