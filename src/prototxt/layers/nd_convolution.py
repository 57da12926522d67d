"""NdConvolution: a convolution whose window has a number for each spatial axis (forks for video)."""

from __future__ import annotations

from prototxt.layers.common.nd_window import nd_spec
from prototxt.layers.common.output_size import WindowSpec
from prototxt.layers.convolution import Convolution
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import ConvolutionParameter


@layer("NdConvolution", bottoms=(1, None), tops=(1, None), tops_equal_bottoms=True, fork="others")
class NdConvolution(Convolution):
    """A Convolution over as many spatial axes as `kernel_shape` has numbers.

    Formula:
        that of Convolution, in groups, without dilation

    Shapes:
        x: N x C x L x H x W, w: num_output x C/group x kernel_l x kernel_h x kernel_w, b: num_output
        y: N x num_output x OL x OH x OW with OL = floor((L + 2*pad_l - kernel_l) / stride_l) + 1, the others alike

    Pitfalls:
        `kernel_shape`, `stride_shape` and `pad_shape` each have one number per spatial axis, in the order of the axes.
        Where stride or pad is not given it is 1 or 0 on every axis. Caffe's own Convolution does the same with
        repeated kernel_size, stride and pad. No source of the type was at hand: its rules are taken from the nets
        that have it, and its sizes and the order of its weights from Caffe's Convolution.

    Example:
        layer {
          name: "conv1a" type: "NdConvolution" bottom: "data" top: "conv1a"
          convolution_param {
            num_output: 64
            kernel_shape { dim: 3 dim: 3 dim: 3 } pad_shape { dim: 1 dim: 1 dim: 1 }
          }
        }

    Source: nets of forks for video, such as https://github.com/chuckcho/video-caffe.
    """

    def read_window(self, p: ConvolutionParameter) -> WindowSpec:
        return nd_spec(p)
