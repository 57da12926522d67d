"""Compiled kernels of Pooling: all values of a window in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from prototxt.blobs import Shape
from prototxt.kernels.compiled import pooling
from prototxt.kernels.phases import Phase
from prototxt.layers.common.maximum import LOWEST
from prototxt.layers.pooling import Pooling
from prototxt.plan.estimate import pass_seconds
from prototxt.plan.kernel import Binding, Kernel, compiled_kernels, is_image
from prototxt.plan.lowering.pooling import PoolingKernel, divisors, is_global_pool

__all__ = ["CompiledAveragePool", "CompiledMaxPool", "CompiledPoolingKernel", "pooling_kernels"]


@compiled_kernels.register
def pooling_kernels(layer: Pooling, bottom: Sequence[Shape]) -> list[Kernel]:
    """Not for one window over the whole image, which is faster as a product, nor for positions."""
    if layer.num_tops > 1 or not is_image(bottom[0]):
        return []
    if layer.method == "MAX":
        return [CompiledMaxPool(layer, bottom)]
    if layer.method != "AVE":
        return []
    kernel = CompiledAveragePool(layer, bottom)
    return [] if is_global_pool(kernel.window) else [kernel]


class CompiledPoolingKernel(PoolingKernel):
    """An estimate for windows that read all their values: large ones are better off axis by axis."""

    def seconds(self) -> float:
        (n, c, _, _), window = self.shape, self.window
        passes = 0.3 if window.kernel == (3, 3) else 0.5
        return pass_seconds(passes * n * c * prod(window.out) * prod(window.kernel), c)


class CompiledMaxPool(CompiledPoolingKernel):
    """The largest value of every window."""

    name = "max_pool_compiled"

    def bind(self, binding: Binding) -> list[Phase]:
        x, y = binding.bottoms[0], binding.tops[0]
        return pooling.max_pool(x, self.window, LOWEST, y, binding.epilogue, binding.threads)


class CompiledAveragePool(CompiledPoolingKernel):
    """The mean of every window, with Caffe's divisors."""

    name = "average_pool_compiled"

    def bind(self, binding: Binding) -> list[Phase]:
        x, y = binding.bottoms[0], binding.tops[0]
        return pooling.average_pool(x, self.window, divisors(self.axes), y, binding.epilogue, binding.threads)
