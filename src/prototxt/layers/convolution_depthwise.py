"""ConvolutionDepthwise: every channel is convolved with a kernel of its own."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Shape
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.convolution import Convolution
from prototxt.layers.outcomes import Outcome, ignore
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import ConvolutionParameter


@layer("ConvolutionDepthwise", fork="shufflenet")
class ConvolutionDepthwise(Convolution):
    """A Convolution with as many groups and outputs as the bottom has channels.

    Formula:
        y[n, c, i, j] = b[c] + sum over u, v of w[c, 0, u, v] * x[n, c, s*i - p + d*u, s*j - p + d*v]
        where s, p, d are stride, pad, dilation, and x is 0 outside the image.

    Shapes:
        x: N x C x H x W, w: C x 1 x kernel_h x kernel_w, b: C
        y: N x C x OH x OW as Convolution has it

    Pitfalls:
        `num_output` and `group` are ignored. Where stride or pad is missing they are 1 and 0; forks differ
        there, and one of them pads by 1.

    Example:
        layer {
          name: "branch1_conv" type: "ConvolutionDepthwise" bottom: "pool1" top: "branch1_conv"
          convolution_param { num_output: 24 kernel_size: 3 stride: 2 pad: 1 bias_term: false }
        }

    Source: ShuffleNet's Caffe, conv_dw_layer.cpp; https://arxiv.org/abs/1807.11164
    """

    ignores = ignore(
        Outcome.QUIET,
        "the bottom's channels decide, as in the fork",
        "convolution_param.num_output",
        "convolution_param.group",
    )

    def take_group(self, p: ConvolutionParameter) -> None:
        """Read nothing: the bottom's channels decide."""

    def groups(self, shape: Shape) -> int:
        return shape[self.channel_axis(shape)]

    def outputs(self, shape: Shape) -> int:
        return shape[self.channel_axis(shape)]

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 4, 4)
        return super().shapes(bottom)
