"""Log: the logarithm of an affine function."""

from __future__ import annotations

from prototxt.blobs import Array
from prototxt.errors import LayerError
from prototxt.layers.base import Cost
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.common.logarithms import log_of_base
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Log")
class Log(ElementwiseLayer):
    """The logarithm of an affine function; base -1 stands for e.

    Formula:
        y = log_base(shift + scale * x)

    Shapes:
        x: any, y alike

    Pitfalls:
        The logarithm of 0 is -inf, that of a negative number NaN.

    Example:
        layer { name: "log" type: "Log" bottom: "x" top: "log" log_param { base: 10 shift: 1 } }

    Source: caffe/src/caffe/layers/log_layer.cpp.
    """

    per_value = Cost(exponentials=1, multiplications=2, additions=1)

    def setup(self, param: LayerParameter) -> None:
        p = param.log_param
        self.base: float = p.base
        log_base = log_of_base(self.base)
        if log_base == 0:
            raise LayerError("base must not be 1: every logarithm would be infinite", field="base")
        self.outer_scale = 1 / log_base
        self.scale: float = p.scale
        self.shift: float = p.shift

    def apply(self, x: Array) -> Array:
        inner = np.float32(self.scale) * x + np.float32(self.shift)
        # log 0 is -inf and the logarithm of a negative number NaN, as in C.
        with np.errstate(divide="ignore", invalid="ignore"):
            y: Array = np.log(inner) * np.float32(self.outer_scale)
        return y
