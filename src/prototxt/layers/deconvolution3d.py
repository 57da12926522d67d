"""Deconvolution3D: the transpose of a Convolution3D, which makes clips larger (C3D)."""

from __future__ import annotations

from prototxt.layers.common.clip_convolution import ClipConvolutionBase
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.registry import layer


@layer("Deconvolution3D", fork="c3d")
class Deconvolution3D(ClipConvolutionBase, Deconvolution):
    """Adds a copy of the kernel, scaled by each input value, onto the output clip.

    Formula:
        y[n, o, ts*h - tp + t, s*i - p + u, s*j - p + v] += w[c, o, t, u, v] * x[n, c, h, i, j]
        over all c, h, i, j, t, u, v; then y[n, o] += b[o]. s, p are stride and pad, ts, tp are temporal_stride and
        temporal_pad; what falls into the padding is dropped.

    Shapes:
        x: N x C x L x H x W, w: C x num_output x kernel_depth x kernel_size x kernel_size, b: num_output
        y: N x num_output x OL x OH x OW with OL = temporal_stride*(L - 1) + kernel_depth - 2*temporal_pad
        and OH = stride*(H - 1) + kernel_size - 2*pad

    Pitfalls:
        The weights start with the input's channels, as those of the convolution that it is the transpose of. As in
        Convolution3D there is no `group`, and `filter_group` changes no number; that both hold here, and the order of
        the weights' first two axes, are assumed.

    Example:
        layer {
          name: "deconv5b" type: "Deconvolution3D" bottom: "conv5b" top: "deconv5b"
          convolution_param {
            num_output: 64 kernel_size: 4 kernel_depth: 4 pad: 1 temporal_pad: 1 stride: 2 temporal_stride: 2
          }
        }

    Source: C3D-v1.0, whose nets of voxel to voxel prediction have it; https://arxiv.org/abs/1511.06681
    """
