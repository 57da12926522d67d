"""The kernels of Convolution over two spatial axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from prototxt.blobs import Array, Shape
from prototxt.kernels import convolve, depthwise, winograd
from prototxt.kernels.phases import Phase
from prototxt.layers.common.convolution_base import ConvolutionBase
from prototxt.layers.convolution import Convolution
from prototxt.plan.estimate import matmul_seconds, pass_seconds
from prototxt.plan.kernel import (
    Binding,
    Fold,
    Kernel,
    PackedWeights,
    is_image,
    numpy_kernels,
    stored_shape,
)
from prototxt.plan.lowering.clips import clip_convolutions
from prototxt.plan.lowering.windows import window_2d

__all__ = [
    "ConvolutionKernel", "Depthwise", "Im2colGemm", "Winograd", "convolution_kernels", "is_depthwise",
    "is_over_images",
]  # fmt: skip


@numpy_kernels.register
def convolution_kernels(layer: Convolution, bottom: Sequence[Shape]) -> list[Kernel]:
    """Im2col for any window, Winograd and depthwise where they apply."""
    if not is_over_images(layer, bottom[0]):
        return clip_convolutions(layer, bottom)
    im2col = Im2colGemm(layer, bottom)
    kernels: list[Kernel] = [im2col]
    if winograd.applies(im2col.window):
        kernels.append(Winograd(layer, bottom))
    if is_depthwise(layer, bottom[0]):
        kernels.append(Depthwise(layer, bottom))
    return kernels


def is_over_images(layer: ConvolutionBase, shape: Shape) -> bool:
    """Whether a bottom has one batch axis, channels and two spatial axes."""
    return len(shape) == 4 and is_image(shape) and layer.channel_axis(shape) == 1


def is_depthwise(layer: ConvolutionBase, shape: Shape) -> bool:
    """Whether every channel has one kernel of its own: group == C == num_output."""
    return layer.groups(shape) == shape[1] == layer.outputs(shape)


class ConvolutionKernel(Kernel):
    """Common parts: several bottoms of one shape, each with its own top; weights and a bias."""

    can_fold = True

    def __init__(self, layer: Convolution, bottom: Sequence[Shape]) -> None:
        self.shape = bottom[0]
        self.window = window_2d(layer.window(self.shape))
        self.group, self.outputs = layer.groups(self.shape), layer.outputs(self.shape)

    def pack(self, params: Sequence[Array], fold: Fold) -> PackedWeights:
        weight, *bias = params
        kernels = self.pack_kernels(fold.apply_to_weight(weight))
        return PackedWeights((kernels,), fold.apply_to_bias(bias[0] if bias else None))

    def pack_kernels(self, weight: Array) -> Array:
        """The weights in this kernel's form."""
        raise NotImplementedError

    def bind(self, binding: Binding) -> list[Phase]:
        (kernels, *_), bias = binding.packed.kernels, binding.packed.bias
        phases = []
        for x, y in zip(binding.bottoms, binding.tops, strict=True):
            phases += self.convolve(x, kernels, bias, y, binding)
        return phases

    def convolve(
        self, x: Array, kernels: Array, bias: Array | None, y: Array, binding: Binding
    ) -> list[Phase]:
        """The work for one bottom, with packed kernels."""
        raise NotImplementedError


class Im2colGemm(ConvolutionKernel):
    """Windows as rows of a matrix; for kernels of one tap the input is that matrix."""

    name = "im2col_gemm"

    @property
    def matrix(self) -> tuple[int, int, int]:
        """The shape of the packed kernels: groups, taps times input channels, outputs of a group."""
        depth = prod(self.window.kernel) * self.shape[1] // self.group
        return self.group, depth, self.outputs // self.group

    def seconds(self) -> float:
        (n, c, _, _), (_, depth, outputs) = self.shape, self.matrix
        positions, taps = n * prod(self.window.out), prod(self.window.kernel)
        copied = 0 if self.window.is_pointwise else positions * taps * c
        copy = pass_seconds(copied, self.window.kernel[1] * c // self.group)
        macs = positions * depth * self.outputs
        return matmul_seconds(macs, outputs, depth, depth * self.outputs) + copy

    def workspace(self) -> int:
        return convolve.workspace(self.shape[0], self.matrix, self.window)

    def pack_kernels(self, weight: Array) -> Array:
        return convolve.kernel_matrix(weight, self.group)

    def convolve(
        self, x: Array, kernels: Array, bias: Array | None, y: Array, binding: Binding
    ) -> list[Phase]:
        epilogue = binding.epilogue_with_bias(bias)
        return convolve.convolve(x, kernels, self.window, y, epilogue, binding.memory, binding.threads)


class Winograd(ConvolutionKernel):
    """3 x 3 and 5 x 5, stride 1: between a quarter and a third of the products."""

    name = "winograd"

    def seconds(self) -> float:
        n, c, _, _ = self.shape
        tiles = winograd.count_tiles(n, self.window.out[0], self.window)
        inputs = c // self.group
        weights = 36 * inputs * self.outputs
        multiply = matmul_seconds(tiles * weights, self.outputs // self.group, inputs, weights)
        # Each transform is a product with a side of 6 and a few passes.
        return multiply + pass_seconds(36 * tiles * 2 * (c + self.outputs), 256)

    def workspace(self) -> int:
        kernels = (36, self.group, self.shape[1] // self.group, self.outputs // self.group)
        return winograd.workspace(stored_shape(self.shape), kernels, self.window)

    def pack(self, params: Sequence[Array], fold: Fold) -> PackedWeights:
        """The transformed kernels, and the weights themselves for the values that are computed as plain sums."""
        packed = super().pack(params, fold)
        return replace(packed, kernels=(*packed.kernels, fold.apply_to_weight(params[0])))

    def pack_kernels(self, weight: Array) -> Array:
        return winograd.transform_kernels(weight, self.group)

    def convolve(
        self, x: Array, kernels: Array, bias: Array | None, y: Array, binding: Binding
    ) -> list[Phase]:
        epilogue, weight = binding.epilogue_with_bias(bias), binding.packed.kernels[1]
        return winograd.convolve_winograd(
            x, kernels, weight, self.window, y, epilogue, binding.memory, binding.threads
        )


class Depthwise(ConvolutionKernel):
    """One kernel per channel: all taps in one call."""

    name = "depthwise"

    def seconds(self) -> float:
        (n, c, _, _), window = self.shape, self.window
        run = c * window.out[1] if window.stride[1] == 1 else c
        return pass_seconds(1.5 * n * c * prod(window.out) * prod(window.kernel), run)

    def pack_kernels(self, weight: Array) -> Array:
        return depthwise.repeat_kernels(weight, self.window.out[1])

    def packing_key(self) -> tuple[int, ...]:
        return self.window.out[1:]

    def convolve(
        self, x: Array, kernels: Array, bias: Array | None, y: Array, binding: Binding
    ) -> list[Phase]:
        epilogue = binding.epilogue_with_bias(bias)
        return depthwise.convolve_depthwise(x, kernels, self.window, y, epilogue, binding.threads)
