"""The kernels of convolution and pooling over clips, N x C x L x H x W."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from prototxt.blobs import Array, Shape
from prototxt.kernels import clips
from prototxt.kernels.clips import LengthWindow
from prototxt.kernels.convolve import kernel_matrix
from prototxt.kernels.epilogue import EpilogueOp
from prototxt.kernels.phases import Phase
from prototxt.kernels.window import Window2d
from prototxt.layers.common.convolution_base import ConvolutionBase
from prototxt.layers.common.maximum import LOWEST
from prototxt.layers.common.window import Window
from prototxt.layers.convolution import Convolution
from prototxt.layers.pooling import Pooling, divisors
from prototxt.plan.estimate import matmul_seconds, pass_seconds
from prototxt.plan.kernel import Binding, Fold, Kernel, PackedWeights, is_clip

__all__ = ["ClipAveragePool", "ClipGemm", "ClipMaxPool", "clip_convolutions", "clip_pools"]


def clip_convolutions(layer: Convolution, bottom: Sequence[Shape]) -> list[Kernel]:
    """The kernel of a convolution over clips with channels on axis 1; none for other bottoms."""
    return [ClipGemm(layer, bottom)] if _is_over_clips(layer, bottom[0]) else []


def clip_pools(layer: Pooling, bottom: Sequence[Shape]) -> list[Kernel]:
    """The kernel of max or average pooling over clips; none for other bottoms, nor with positions."""
    if layer.num_tops > 1 or not is_clip(bottom[0]):
        return []
    if layer.method == "MAX":
        return [ClipMaxPool(layer, bottom)]
    return [ClipAveragePool(layer, bottom)] if layer.method == "AVE" else []


def _is_over_clips(layer: ConvolutionBase, shape: Shape) -> bool:
    return is_clip(shape) and layer.channel_axis(shape) == 1


def split(window: Window) -> tuple[LengthWindow, Window2d]:
    """A window over three axes as kernels take it: along the length, and over rows and columns."""
    each = (window.kernel, window.stride, window.pad, window.dilation, window.size, window.out)
    length = LengthWindow(*(values[0] for values in each))
    kernel, stride, pad, dilation, size, out = ((values[1], values[2]) for values in each)
    return length, Window2d(kernel, stride, pad, dilation, size, out)


class ClipGemm(Kernel):
    """Windows of several planes as rows of a matrix."""

    name = "clip_im2col_gemm"
    can_fold = True

    def __init__(self, layer: Convolution, bottom: Sequence[Shape]) -> None:
        self.shape = bottom[0]
        self.window = layer.window(self.shape)
        self.group, self.outputs = layer.groups(self.shape), layer.outputs(self.shape)

    def seconds(self) -> float:
        inputs, taps = self.shape[1] // self.group, self.window.num_taps
        positions, depth = self.shape[0] * prod(self.window.out), inputs * taps
        copy = pass_seconds(positions * taps * self.shape[1], self.window.kernel[2] * inputs)
        macs = positions * depth * self.outputs
        return matmul_seconds(macs, self.outputs // self.group, depth, depth * self.outputs) + copy

    def pack(self, params: Sequence[Array], fold: Fold) -> PackedWeights:
        weight, *bias = params
        matrix = kernel_matrix(fold.apply_to_weight(weight), self.group)
        return PackedWeights((matrix,), fold.apply_to_bias(bias[0] if bias else None))

    def bind(self, binding: Binding) -> list[Phase]:
        (matrix,), epilogue = binding.packed.kernels, binding.epilogue_with_bias(binding.packed.bias)
        phases = []
        for x, y in zip(binding.bottoms, binding.tops, strict=True):
            phases += clips.convolve_clips(x, matrix, *split(self.window), y, epilogue, binding.threads)
        return phases


class ClipPool(Kernel):
    """Common parts: windows over three axes, one axis after the other."""

    def __init__(self, layer: Pooling, bottom: Sequence[Shape]) -> None:
        self.shape = bottom[0]
        self.window = layer.window(self.shape)

    def seconds(self) -> float:
        n, c, _, h, w = self.shape
        (kl, kh, kw), (ol, oh, ow) = self.window.kernel, self.window.out
        return pass_seconds(n * c * ol * (kl * h * w + kh * oh * w + kw * oh * ow), c)

    def workspace(self) -> int:
        return clips.workspace(self.shape[0], *split(self.window), self.shape[1])

    def pool(
        self, binding: Binding, combine: np.ufunc, empty: float, epilogue: Sequence[EpilogueOp]
    ) -> list[Phase]:
        """The work, with what combines two values of a window, and the value of a window without any."""
        length, window = split(self.window)
        x, y = binding.bottoms[0], binding.tops[0]
        memory, threads = binding.memory, binding.threads
        return clips.pool_clips(x, length, window, combine, empty, y, epilogue, memory, threads)


class ClipMaxPool(ClipPool):
    """The largest value of every window."""

    name = "clip_max_pool"

    def bind(self, binding: Binding) -> list[Phase]:
        return self.pool(binding, np.fmax, LOWEST, binding.epilogue)


class ClipAveragePool(ClipPool):
    """The mean of every window, with Caffe's divisors."""

    name = "clip_average_pool"

    def bind(self, binding: Binding) -> list[Phase]:
        epilogue = [clips.divide_by_place(divisors(self.window)), *binding.epilogue]
        return self.pool(binding, np.add, 0.0, epilogue)
