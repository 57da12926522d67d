"""DepthwiseConvolution: a convolution that a fork gave a name of its own to run it faster."""

from __future__ import annotations

from prototxt.layers.convolution import Convolution
from prototxt.layers.registry import layer


@layer("DepthwiseConvolution", bottoms=(1, None), tops=(1, None), tops_equal_bottoms=True, fork="yolo")
class DepthwiseConvolution(Convolution):
    """A Convolution in groups; public nets have as many groups as channels and outputs.

    Formula:
        that of Convolution

    Shapes:
        x: N x C x H x W, w: num_output x C/group x kernel_h x kernel_w, b: num_output
        y: N x num_output x OH x OW as Convolution has it

    Pitfalls:
        `group` is not guessed: where it is not given it is 1, and every output sees all channels. The fork's GPU code
        ignores `group`, `num_output` and `dilation` and takes one kernel per channel; this is its CPU code.

    Example:
        layer {
          name: "conv2_1/dw" type: "DepthwiseConvolution" bottom: "conv1" top: "conv2_1/dw"
          convolution_param { num_output: 32 group: 32 kernel_size: 3 pad: 1 bias_term: false }
        }

    Source: MobileNet-YOLO's fork, depthwise_conv_layer.cpp.
    """
