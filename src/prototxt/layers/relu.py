"""ReLU: negative values become 0, or are scaled."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape
from prototxt.layers.base import Cost
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter, ReLUParameter
from prototxt.util.lazy import np


@layer("ReLU")
class ReLU(ElementwiseLayer):
    """Sets negative values to 0, or scales them by `negative_slope`.

    Formula:
        y = max(x, 0) + negative_slope * min(x, 0)

    Shapes:
        x: any, y alike

    Example:
        layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }

    Source: caffe/src/caffe/layers/relu_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        self.set_slope(param.relu_param)

    def set_slope(self, p: ReLUParameter) -> None:
        """Take the slope of a ReLUParameter, and set the cost per value with it."""
        self.negative_slope: float = p.negative_slope
        slope = 1 if self.negative_slope else 0
        self.per_value = Cost(comparisons=1, multiplications=slope)

    def apply(self, x: Array) -> Array:
        # Without a slope -inf must give 0, and 0 * -inf would be NaN.
        if not self.negative_slope:
            return np.maximum(x, 0)
        return np.where(x > 0, x, x * np.float32(self.negative_slope))

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"slope {self.negative_slope:g}" if self.negative_slope else ""
