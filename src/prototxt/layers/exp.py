"""Exp: a base raised to an affine function."""

from __future__ import annotations

from prototxt.blobs import Array
from prototxt.layers.base import Cost
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.common.logarithms import exp_or_inf, log_of_base
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Exp")
class Exp(ElementwiseLayer):
    """A base raised to an affine function; base -1 stands for e.

    Formula:
        y = base^(shift + scale * x)

    Shapes:
        x: any, y alike

    Example:
        layer { name: "exp" type: "Exp" bottom: "x" top: "exp" exp_param { base: 2 } }

    Source: caffe/src/caffe/layers/exp_layer.cpp.
    """

    per_value = Cost(exponentials=1, multiplications=2)

    def setup(self, param: LayerParameter) -> None:
        p = param.exp_param
        self.base: float = p.base
        self.scale: float = p.scale
        self.shift: float = p.shift
        log_base = log_of_base(self.base)
        self.inner_scale = log_base * self.scale
        self.outer_scale = exp_or_inf(log_base * self.shift)

    def apply(self, x: Array) -> Array:
        # Too large a power is inf, as in C.
        with np.errstate(over="ignore"):
            y: Array = np.float32(self.outer_scale) * np.exp(np.float32(self.inner_scale) * x)
        return y
