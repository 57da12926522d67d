"""Convolution: every output value is one kernel laid over one window of the input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from prototxt.errors import LayerError
from prototxt.layers._axes import canonical_axis
from prototxt.layers._window import Window, conv_window
from prototxt.layers.base import Array, Cost, Layer, Param, Shape, count
from prototxt.layers.registry import layer


@layer("Convolution", bottoms=(1, None), tops=(1, None), tops_equal_bottoms=True)
class Convolution(Layer):
    """Sums of products of a kernel with every window of the input (a correlation: the kernel is not flipped).

    Formula:
        y[n, o, i, j] = b[o] + sum over c, u, v of w[o, c, u, v] * x[n, g*C/group + c, s*i - p + d*u, s*j - p + d*v]
        where g = o // (num_output / group) and x is 0 outside the image.

    Shapes:
        x: N x C x H x W, w: num_output x C/group x kernel_h x kernel_w, b: num_output
        y: N x num_output x OH x OW with OH = floor((H + 2*pad - (dilation*(kernel - 1) + 1)) / stride) + 1
        Any number of spatial axes follow `axis`, the channel axis; everything before it is batch. Several bottoms
        share one set of weights, each with a top of its own.

    Pitfalls:
        `group` cuts inputs and outputs into that many pairs that do not see each other: AlexNet's conv2 has
        96 inputs and kernels of 48 x 5 x 5. Input channels and num_output must both be divisible by it.

    Example:
        layer {
          name: "conv2" type: "Convolution" bottom: "norm1" top: "conv2"
          convolution_param { num_output: 256 kernel_size: 5 pad: 2 group: 2 }
        }

    Source: caffe/src/caffe/layers/base_conv_layer.cpp, conv_layer.cpp.
    """

    def setup(self, param: Any) -> None:
        p = param.convolution_param
        self.num_output: int = p.num_output
        self.group: int = p.group
        self.bias_term: bool = p.bias_term
        self.axis: int = p.axis
        self.weight_filler, self.bias_filler = p.weight_filler, p.bias_filler
        self._fields = p
        if self.num_output < 1:
            raise LayerError("num_output must be at least 1", field="num_output")
        if self.group < 1:
            raise LayerError("group must be at least 1", field="group")
        if self.num_output % self.group:
            raise LayerError(
                f"{self.num_output} outputs are not divisible by group {self.group}", field="group"
            )

    def channel_axis(self, shape: Shape) -> int:
        """The axis that holds C; the axes after it are spatial."""
        return canonical_axis(self.axis, shape)

    def window(self, shape: Shape) -> Window:
        """Kernel geometry for a bottom of this shape."""
        return conv_window(self._fields, len(shape) - self.channel_axis(shape) - 1)

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        channels = bottom[0][self.channel_axis(bottom[0])]
        if channels % self.group:
            raise LayerError(f"{channels} input channels are not divisible by group {self.group}", field="group")
        weight = Param(self._weight_shape(channels, self.window(bottom[0]).kernel), self.weight_filler)
        return (weight, Param((self.num_output,), self.bias_filler)) if self.bias_term else (weight,)

    def _weight_shape(self, channels: int, kernel: Shape) -> Shape:
        return (self.num_output, channels // self.group, *kernel)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        for shape in bottom[1:]:
            if shape != bottom[0]:
                raise LayerError(f"all bottoms must have one shape, got {bottom[0]} and {shape}")
        return [self._top_shape(bottom[0])] * len(bottom)

    def _top_shape(self, shape: Shape) -> Shape:
        axis = self.channel_axis(shape)
        return (*shape[:axis], self.num_output, *self.window(shape).conv_out(shape[axis + 1 :]))

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [self._forward_one(x, params) for x in bottom]

    def _forward_one(self, x: Array, params: Sequence[Array]) -> Array:
        axis, window, top = self.channel_axis(x.shape), self.window(x.shape), self._top_shape(x.shape)
        batch, channels, out = count(x.shape[:axis]), x.shape[axis], top[axis + 1 :]
        g = self.group
        pads = [(0, 0), (0, 0), (0, 0), *((p, p) for p in window.pad)]
        padded = np.pad(x.reshape(batch, g, channels // g, *x.shape[axis + 1 :]), pads)
        weight = params[0].reshape(g, self.num_output // g, channels // g, *window.kernel)
        y = np.zeros((batch, g, self.num_output // g, count(out)), np.float32)
        for tap in window.taps():
            seen = padded[(..., *window.span(tap, out))]
            y += weight[(..., *tap)] @ seen.reshape(batch, g, channels // g, count(out))
        if self.bias_term:
            y += params[1].reshape(g, -1, 1)
        return y.reshape(top)

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        channels = bottom[0][self.channel_axis(bottom[0])]
        per_value = channels // self.group * self.window(bottom[0]).size
        values = sum(map(count, top))
        return Cost(macs=values * per_value, additions=values if self.bias_term else 0)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return self.window(bottom[0]).brief() + (f" g{self.group}" if self.group > 1 else "")
