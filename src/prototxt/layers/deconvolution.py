"""Deconvolution: every input value stamps one scaled kernel onto the output."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost
from prototxt.layers.common.convolution_base import ConvolutionBase
from prototxt.layers.common.window import Window, check_padded, last_axes
from prototxt.layers.registry import layer
from prototxt.util.lazy import np


@layer("Deconvolution", bottoms=(1, None), tops=(1, None), tops_equal_bottoms=True)
class Deconvolution(ConvolutionBase):
    """Adds a copy of the kernel, scaled by each input value, onto the output: the transpose of a convolution.

    Formula:
        y[n, o, s*i - p + d*u, s*j - p + d*v] += w[c, o - g*num_output/group, u, v] * x[n, c, i, j]
        over all c of group g = o // (num_output / group), i, j, u, v; then y[n, o] += b[o].
        What falls into the padding is dropped.

    Shapes:
        x: N x C x H x W, w: C x num_output/group x kernel_h x kernel_w, b: num_output
        y: N x num_output x OH x OW with OH = stride*(H - 1) + dilation*(kernel - 1) + 1 - 2*pad
        Any number of spatial axes follow `axis`, the channel axis. Several bottoms share one set of weights.

    Pitfalls:
        `pad` makes the output smaller. The weights start with the input's channels, unlike Convolution's.
        Upsampling by f without learning: kernel_size 2*f - f%2, stride f, pad ceil((f - 1) / 2), group and
        num_output both C, bias_term false, weight_filler bilinear.

    Example:
        layer {
          name: "upscore" type: "Deconvolution" bottom: "score" top: "upscore"
          convolution_param { num_output: 21 group: 21 kernel_size: 4 stride: 2 pad: 1 bias_term: false }
        }

    Source: caffe/src/caffe/layers/base_conv_layer.cpp, deconv_layer.cpp.
    """

    def weight_shape(self, shape: Shape) -> Shape:
        return (self.channels(shape), self.num_output // self.group, *self.window(shape).kernel)

    def slide(self, shape: Shape, first: int) -> Window:
        window = self.window_spec.deconvolved(shape[first:])
        if any(window.pad):
            top = (*shape[: first - 1], self.num_output, *window.out)
            check_padded(top, first, [(p, p) for p in window.pad])
        return window

    def forward_one(self, x: Array, params: Sequence[Array]) -> Array:
        axis, window = self.channel_axis(x.shape), self.window(x.shape)
        out, spatial = window.out, window.size
        g, batch = self.group, count(x.shape[:axis])
        c_in, c_out = x.shape[axis] // g, self.num_output // g
        values = x.reshape(batch, g, c_in, count(spatial))
        weight = params[0].reshape(g, c_in, c_out, *window.kernel)
        padded = np.zeros(
            (batch, g, c_out, *(o + 2 * p for o, p in zip(out, window.pad, strict=True))), np.float32
        )
        for tap in window.taps():
            stamp = np.swapaxes(weight[last_axes(tap)], 1, 2) @ values
            padded[last_axes(window.span(tap, spatial))] += stamp.reshape(batch, g, c_out, *spatial)
        y: Array = padded[last_axes((slice(p, p + o) for o, p in zip(out, window.pad, strict=True)))]
        y = y.reshape(batch, self.num_output, count(out))
        if self.bias_term:
            y = y + params[1][:, None]
        return y.reshape(self.top_shape(x.shape))

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        self.channels(bottom[0])
        per_value = self.num_output // self.group * self.window(bottom[0]).num_taps
        additions = sum(map(count, top)) if self.bias_term else 0
        return Cost(macs=sum(map(count, bottom)) * per_value, additions=additions)
