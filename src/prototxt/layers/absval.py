"""AbsVal: absolute values."""

from __future__ import annotations

from prototxt.blobs import Array
from prototxt.layers.base import Cost
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.registry import layer
from prototxt.util.lazy import np


@layer("AbsVal")
class AbsVal(ElementwiseLayer):
    """Drops the sign.

    Formula:
        y = |x|

    Shapes:
        x: any, y alike

    Example:
        layer { name: "abs" type: "AbsVal" bottom: "x" top: "abs" }

    Source: caffe/src/caffe/layers/absval_layer.cpp.
    """

    per_value = Cost(comparisons=1)

    def apply(self, x: Array) -> Array:
        return np.abs(x)
