"""Bias: a smaller array, laid along some axes, is added; one offset per channel by default."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Param
from prototxt.layers.common.axes import along, check_operand, run_of_axes
from prototxt.layers.common.per_channel import PerChannel, lies_on_channels
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("Bias", bottoms=(1, 2))
class Bias(PerChannel):
    """Adds learned offsets, or the second bottom.

    Formula:
        y[n, c, h, w] = x[n, c, h, w] + b[c]   (axis 1, num_axes 1)

    Shapes:
        x: N x C x H x W, b: the `num_axes` axes of x from `axis` on; -1 means all that follow, 0 a scalar
        y: like x
        With two bottoms the second is b: its axes must equal those of x from `axis` on, num_axes is not read.

    Example:
        layer { name: "bias1" type: "Bias" bottom: "conv1" top: "bias1" bias_param { axis: 1 } }

    Source: caffe/src/caffe/layers/bias_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.bias_param
        self.axis: int = p.axis
        self.num_axes: int = p.num_axes
        self.filler = p.filler

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        if len(bottom) > 1:
            return ()
        return (Param(run_of_axes(bottom[0], self.axis, self.num_axes), self.filler, name="offsets"),)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        if len(bottom) > 1:
            check_operand(bottom[0], self.axis, bottom[1])
        else:
            run_of_axes(bottom[0], self.axis, self.num_axes)
        return [bottom[0]]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x, offset = [*bottom, *params]
        return [x + along(offset, self.axis, x.ndim)]

    def is_per_channel(self, bottom: Sequence[Shape]) -> bool:
        return len(bottom) == 1 and lies_on_channels(self.axis, self.params(bottom)[0].shape, bottom[0])

    def per_channel(self, params: Sequence[Array]) -> tuple[None, Array]:
        return None, params[0]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        return Cost(additions=count(top[0]))
