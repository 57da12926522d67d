"""Power: an affine function raised to a power."""

from __future__ import annotations

from prototxt.blobs import Array
from prototxt.layers.base import Cost
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Power")
class Power(ElementwiseLayer):
    """An affine function raised to a power.

    Formula:
        y = (shift + scale * x)^power

    Shapes:
        x: any, y alike

    Pitfalls:
        A negative base has no real power unless the power is whole: NaN. With scale or power 0 the result is
        a constant that does not depend on x, not even where x is NaN.

    Example:
        layer { name: "neg" type: "Power" bottom: "x" top: "neg" power_param { scale: -1 shift: 1 } }

    Source: caffe/src/caffe/layers/power_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.power_param
        self.power: float = p.power
        self.scale: float = p.scale
        self.shift: float = p.shift
        self.per_value = Cost(
            multiplications=int(self.scale != 1),
            additions=int(self.shift != 0),
            exponentials=int(self.power != 1),
        )

    def apply(self, x: Array) -> Array:
        if self.scale * self.power == 0:
            x = np.zeros_like(x)
        base: Array = np.float32(self.scale) * x + np.float32(self.shift)
        if self.power == 1:
            return base
        # A power without a real or finite value is NaN or inf, as in C.
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            return np.power(base, np.float32(self.power))
