"""The kernels of Deconvolution over two spatial axes."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from prototxt.blobs import Array, Shape
from prototxt.kernels.deconvolve import class_kernels, class_matrices, deconvolve, deconvolve_depthwise
from prototxt.kernels.phases import Phase
from prototxt.layers.deconvolution import Deconvolution
from prototxt.plan.estimate import DECONVOLUTION_MACS_PER_SECOND
from prototxt.plan.kernel import Binding, Fold, Kernel, PackedWeights, numpy_kernels
from prototxt.plan.lowering.convolution import is_depthwise, is_over_images
from prototxt.plan.lowering.windows import window_2d

__all__ = ["DeconvolutionDepthwise", "DeconvolutionGemm", "DeconvolutionKernel", "deconvolution_kernels"]


@numpy_kernels.register
def deconvolution_kernels(layer: Deconvolution, bottom: Sequence[Shape]) -> list[Kernel]:
    """None where the stride leaves gaps between windows, or with dilation."""
    if not is_over_images(layer, bottom[0]):
        return []
    kernel = DeconvolutionGemm(layer, bottom)
    window = kernel.window
    covers = all(k >= s for k, s in zip(window.kernel, window.stride, strict=True))
    if not covers or window.dilation != (1, 1):
        return []
    return [kernel, DeconvolutionDepthwise(layer, bottom)] if is_depthwise(layer, bottom[0]) else [kernel]


class DeconvolutionKernel(Kernel):
    """Common parts: a convolution for each class of outputs that lie a stride apart."""

    can_fold = True
    can_combine = False

    def __init__(self, layer: Deconvolution, bottom: Sequence[Shape]) -> None:
        self.shape = bottom[0]
        self.window = window_2d(layer.window(self.shape))
        self.group, self.outputs = layer.group, layer.num_output

    def seconds(self) -> float:
        taps, per_input = prod(self.window.kernel), self.outputs // self.group
        return prod(self.shape) * taps * per_input / DECONVOLUTION_MACS_PER_SECOND

    def pack(self, params: Sequence[Array], fold: Fold) -> PackedWeights:
        weight, *bias = params
        if fold.factor is not None:  # outputs are the second axis here, group by group
            factor = fold.factor.reshape(self.group, 1, -1, 1, 1)
            grouped = weight.reshape(self.group, -1, *weight.shape[1:]) * factor
            weight = grouped.reshape(weight.shape)
        return PackedWeights(tuple(self.pack_kernels(weight)), fold.apply_to_bias(bias[0] if bias else None))

    def packing_key(self) -> tuple[int, ...]:
        """The classes of outputs are fewer where the output is smaller than the stride; some kernels are as wide."""
        return self.window.out

    def pack_kernels(self, weight: Array) -> list[Array]:
        """The weights of every class of outputs."""
        raise NotImplementedError

    def bind(self, binding: Binding) -> list[Phase]:
        kernels, bias = binding.packed.kernels, binding.packed.bias
        phases = []
        for x, y in zip(binding.bottoms, binding.tops, strict=True):
            phases += self.deconvolve(x, kernels, bias, y, binding)
        return phases

    def deconvolve(
        self, x: Array, kernels: Sequence[Array], bias: Array | None, y: Array, binding: Binding
    ) -> list[Phase]:
        """The work for one bottom, with packed kernels."""
        raise NotImplementedError


class DeconvolutionGemm(DeconvolutionKernel):
    """Each class of outputs by im2col and a matrix product."""

    name = "deconv_gemm"

    def pack_kernels(self, weight: Array) -> list[Array]:
        return class_matrices(weight, self.group, self.window)

    def deconvolve(
        self, x: Array, kernels: Sequence[Array], bias: Array | None, y: Array, binding: Binding
    ) -> list[Phase]:
        return deconvolve(x, kernels, self.window, y, binding.epilogue_with_bias(bias), binding.threads)


class DeconvolutionDepthwise(DeconvolutionKernel):
    """The same where every channel has one kernel of its own, as in bilinear upsampling."""

    name = "deconv_depthwise"

    def seconds(self) -> float:
        return super().seconds() / 2

    def pack_kernels(self, weight: Array) -> list[Array]:
        return class_kernels(weight, self.window)

    def deconvolve(
        self, x: Array, kernels: Sequence[Array], bias: Array | None, y: Array, binding: Binding
    ) -> list[Phase]:
        epilogue = binding.epilogue_with_bias(bias)
        return deconvolve_depthwise(x, kernels, self.window, y, epilogue, binding.threads)
