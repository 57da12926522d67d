"""PReLU: negative values are scaled by a learned slope."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer, Param
from prototxt.layers.common.axes import along, check_num_axes
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import FillerParameter, LayerParameter
from prototxt.util.lazy import np


@layer("PReLU")
class PReLU(Layer):
    """A ReLU whose slope below 0 is learned, one per channel or one for all.

    Formula:
        y[n, c] = max(x[n, c], 0) + a[c] * min(x[n, c], 0)

    Shapes:
        x: N x C x any, a: C, or a scalar with `channel_shared: true`
        y: like x

    Example:
        layer { name: "prelu1" type: "PReLU" bottom: "conv1" top: "conv1" }

    Source: caffe/src/caffe/layers/prelu_layer.cpp.
    """

    kind = "neuron"

    def setup(self, param: LayerParameter) -> None:
        p = param.prelu_param
        self.channel_shared: bool = p.channel_shared
        quarter = FillerParameter(type="constant", value=0.25)
        self.filler = p.filler if p.HasField("filler") else quarter

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        check_num_axes(bottom[0], 2)
        return (Param(() if self.channel_shared else (bottom[0][1],), self.filler, name="slopes"),)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 2)
        return [bottom[0]]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0]
        return [np.maximum(x, 0) + along(params[0], 1, x.ndim) * np.minimum(x, 0)]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = count(top[0])
        return Cost(comparisons=2 * values, multiplications=values, additions=values)
