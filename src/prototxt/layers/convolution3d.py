"""Convolution3D: a convolution over clips of a video, with a kernel that spans several frames (C3D)."""

from __future__ import annotations

from prototxt.layers.common.clip_convolution import ClipConvolutionBase
from prototxt.layers.convolution import Convolution
from prototxt.layers.registry import layer


@layer("Convolution3D", fork="c3d")
class Convolution3D(ClipConvolutionBase, Convolution):
    """Sums of products of a kernel with every window of a clip: kernel_depth frames, kernel_size x kernel_size each.

    Formula:
        y[n, o, h, i, j] = b[o] + sum over c, t, u, v of
            w[o, c, t, u, v] * x[n, c, ts*h - tp + t, s*i - p + u, s*j - p + v]
        where s, p are stride and pad, ts, tp are temporal_stride and temporal_pad, and x is 0 outside the clip.

    Shapes:
        x: N x C x L x H x W, w: num_output x C x kernel_depth x kernel_size x kernel_size, b: num_output
        y: N x num_output x OL x OH x OW with OL = floor((L + 2*temporal_pad - kernel_depth) / temporal_stride) + 1
        and OH = floor((H + 2*pad - kernel_size) / stride) + 1

    Pitfalls:
        `filter_group` only divides the work: every output sees all input channels, whatever it is, and the weights
        are the same. There is no `group` and no dilation, and height and width have one number. C3D 1.0 has its fields
        in convolution_param (and stores the bias as 1 x 1 x 1 x 1 x num_output), C3D 1.1 in convolution3d_param; that
        filter_group means the same there is assumed.

    Example:
        layer {
          name: "conv1a" type: "Convolution3D" bottom: "data" top: "conv1a"
          convolution3d_param { num_output: 64 kernel_size: 3 kernel_depth: 3 pad: 1 temporal_pad: 1 }
        }

    Source: C3D-v1.0/src/caffe/layers/convolution3d_layer.cpp; https://arxiv.org/abs/1412.0767
    """
