"""Convolution: every output value is one kernel laid over one window of the input."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost
from prototxt.layers.common.convolution_base import ConvolutionBase
from prototxt.layers.common.window import Window, check_padded, last_axes
from prototxt.layers.registry import layer
from prototxt.util.lazy import np


@layer("Convolution", bottoms=(1, None), tops=(1, None), tops_equal_bottoms=True)
class Convolution(ConvolutionBase):
    """Sums of products of a kernel with every window of the input (a correlation: the kernel is not flipped).

    Formula:
        y[n, o, i, j] = b[o] + sum over c, u, v of
            w[o, c, u, v] * x[n, g*C/group + c, s*i - p + d*u, s*j - p + d*v]
        where g = o // (num_output / group), s, p, d are stride, pad, dilation, and x is 0 outside the image.

    Shapes:
        x: N x C x H x W, w: num_output x C/group x kernel_h x kernel_w, b: num_output
        y: N x num_output x OH x OW with OH = floor((H + 2*pad - (dilation*(kernel - 1) + 1)) / stride) + 1
        Any number of spatial axes follow `axis`, the channel axis; everything before it is batch. Several
        bottoms share one set of weights, each with a top of its own.

    Pitfalls:
        `group` cuts inputs and outputs into that many pairs that do not see each other: AlexNet's conv2 has
        96 inputs and kernels of 48 x 5 x 5. Input channels and num_output must both be divisible by it.
        `hole`, `hole_h` and `hole_w`, DeepLab's names of 2014, are dilation. Intel's
        `relu: true` and `fusion_type: SUM_FUSION` become layers of their own, as `conv1/relu`.

    Example:
        layer {
          name: "conv2" type: "Convolution" bottom: "norm1" top: "conv2"
          convolution_param { num_output: 256 kernel_size: 5 pad: 2 group: 2 }
        }

    Source: caffe/src/caffe/layers/base_conv_layer.cpp, conv_layer.cpp.
    """

    def weight_shape(self, shape: Shape) -> Shape:
        depth = self.channels(shape) // self.groups(shape)
        return (self.outputs(shape), depth, *self.window(shape).kernel)

    def slide(self, shape: Shape, first: int) -> Window:
        window = self.window_spec.convolved(shape[first:])
        check_padded(shape, first, window.margins)
        return window

    def forward_one(self, x: Array, params: Sequence[Array]) -> Array:
        axis, window = self.channel_axis(x.shape), self.window(x.shape)
        out = window.out
        g, batch = self.groups(x.shape), count(x.shape[:axis])
        c_in, c_out = x.shape[axis] // g, self.outputs(x.shape) // g
        pads = [(0, 0), (0, 0), (0, 0), *window.margins]
        padded = np.pad(x.reshape(batch, g, c_in, *x.shape[axis + 1 :]), pads)
        weight = params[0].reshape(g, c_out, c_in, *window.kernel)
        y = np.zeros((batch, g, c_out, count(out)), np.float32)
        for tap in window.taps():
            values = padded[last_axes(window.span(tap, out))]
            y += weight[last_axes(tap)] @ values.reshape(batch, g, c_in, count(out))
        if self.bias_term:
            y += params[1].reshape(g, c_out, 1)
        return y.reshape(self.top_shape(x.shape))

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        per_value = self.channels(bottom[0]) // self.groups(bottom[0]) * self.window(bottom[0]).num_taps
        values = sum(map(count, top))
        return Cost(macs=values * per_value, additions=values if self.bias_term else 0)
