"""Compiled kernels of Convolution."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from prototxt.blobs import Array, Shape
from prototxt.kernels.compiled import depthwise
from prototxt.kernels.phases import Phase
from prototxt.layers.convolution import Convolution
from prototxt.plan.compiled.epilogue import FusedIm2colGemm
from prototxt.plan.estimate import pass_seconds
from prototxt.plan.kernel import Binding, Kernel, compiled_kernels
from prototxt.plan.lowering.convolution import Depthwise, is_depthwise, is_over_images

__all__ = ["CompiledDepthwise", "convolution_kernels"]


@compiled_kernels.register
def convolution_kernels(layer: Convolution, bottom: Sequence[Shape]) -> list[Kernel]:
    """Im2col for any window, depthwise where it applies."""
    if not is_over_images(layer, bottom[0]):
        return []
    kernel = FusedIm2colGemm(layer, bottom)
    return [kernel, CompiledDepthwise(layer, bottom)] if is_depthwise(layer, bottom[0]) else [kernel]


class CompiledDepthwise(Depthwise):
    """One kernel per channel: all taps in one pass."""

    name = "depthwise_compiled"

    def seconds(self) -> float:
        (n, c, _, _), window = self.shape, self.window
        passes = 1 / 3 if window.kernel == (3, 3) else 1 / 2
        return pass_seconds(passes * n * c * prod(window.out) * prod(window.kernel), c)

    def pack_kernels(self, weight: Array) -> Array:
        return depthwise.kernels_by_tap(weight)

    def packing_key(self) -> tuple[int, ...]:
        return ()

    def convolve(
        self, x: Array, kernels: Array, bias: Array | None, y: Array, binding: Binding
    ) -> list[Phase]:
        if bias is None:
            bias = np.zeros(self.outputs, np.float32)
        return depthwise.convolve_depthwise(
            x, kernels, bias, self.window, y, binding.epilogue, binding.threads
        )
