"""Threshold: 1 above a bound, 0 otherwise."""

from __future__ import annotations

from prototxt.blobs import Array
from prototxt.layers.base import Cost
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Threshold")
class Threshold(ElementwiseLayer):
    """Marks the values that exceed a bound.

    Formula:
        y = 1 for x > threshold, 0 otherwise

    Shapes:
        x: any, y alike

    Example:
        layer { name: "mask" type: "Threshold" bottom: "x" top: "mask" threshold_param { threshold: 0.5 } }

    Source: caffe/src/caffe/layers/threshold_layer.cpp.
    """

    per_value = Cost(comparisons=1)

    def setup(self, param: LayerParameter) -> None:
        self.threshold: float = param.threshold_param.threshold

    def apply(self, x: Array) -> Array:
        return (x > np.float32(self.threshold)).astype(np.float32)
