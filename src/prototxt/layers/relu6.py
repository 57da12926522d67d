"""ReLU6: values are held between 0 and 6."""

from __future__ import annotations

from prototxt.blobs import Array
from prototxt.layers.base import Cost
from prototxt.layers.registry import layer
from prototxt.layers.relu import ReLU
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("ReLU6", fork="yolo")
class ReLU6(ReLU):
    """ReLU that also cuts values off at 6.

    Formula:
        y = min(max(x, 0) + negative_slope * min(x, 0), 6)

    Shapes:
        x: any, y alike

    Pitfalls:
        `negative_slope` is in `relu6_param`; a `relu_param` is ignored.

    Example:
        layer { name: "relu1" type: "ReLU6" bottom: "conv1" top: "conv1" }

    Source: MobileNet-YOLO's fork, relu6_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        self.set_slope(param.relu6_param)
        self.per_value += Cost(comparisons=1)

    def apply(self, x: Array) -> Array:
        return np.minimum(super().apply(x), 6)
