"""Sigmoid: values between 0 and 1."""

from __future__ import annotations

from prototxt.blobs import Array
from prototxt.layers.base import Cost
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.registry import layer
from prototxt.util.lazy import np


@layer("Sigmoid")
class Sigmoid(ElementwiseLayer):
    """Squeezes every value into 0 to 1.

    Formula:
        y = 1 / (1 + exp(-x)), computed as 0.5 * tanh(0.5 * x) + 0.5, which cannot overflow

    Shapes:
        x: any, y alike

    Example:
        layer { name: "gate" type: "Sigmoid" bottom: "x" top: "gate" }

    Source: caffe/src/caffe/layers/sigmoid_layer.cpp.
    """

    per_value = Cost(exponentials=1, multiplications=2, additions=1)

    def apply(self, x: Array) -> Array:
        return sigmoid(x)


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)) without overflow."""
    half = np.float32(0.5)
    y: Array = half * np.tanh(half * x) + half
    return y
