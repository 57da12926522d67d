"""The kernels of Pooling."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from prototxt.blobs import Array, Shape, count
from prototxt.kernels import pooling
from prototxt.kernels.epilogue import divide_by_position
from prototxt.kernels.phases import Phase
from prototxt.kernels.window import Window2d
from prototxt.layers.common.maximum import LOWEST
from prototxt.layers.common.window import Axis
from prototxt.layers.pooling import Pooling
from prototxt.plan.estimate import pass_seconds
from prototxt.plan.kernel import Binding, Kernel, is_image, numpy_kernels
from prototxt.plan.lowering.clips import clip_pools
from prototxt.plan.lowering.windows import window_2d

__all__ = [
    "AveragePool", "GlobalAveragePool", "MaxPool", "MaxPoolWithPositions", "PoolingKernel", "divisors",
    "is_global_pool", "pooling_kernels",
]  # fmt: skip


@numpy_kernels.register
def pooling_kernels(layer: Pooling, bottom: Sequence[Shape]) -> list[Kernel]:
    """Max and average pooling; STOCHASTIC has none."""
    if not is_image(bottom[0]):
        return clip_pools(layer, bottom)
    if layer.method == "MAX":
        return [MaxPoolWithPositions(layer, bottom) if layer.num_tops > 1 else MaxPool(layer, bottom)]
    if layer.method == "AVE" and layer.num_tops == 1:
        kernel = AveragePool(layer, bottom)
        is_global = is_global_pool(kernel.window)
        return [kernel, GlobalAveragePool(layer, bottom)] if is_global else [kernel]
    return []


def is_global_pool(window: Window2d) -> bool:
    """Whether there is one window, the whole image."""
    return window.kernel == window.size and window.pad == (0, 0) and window.out == (1, 1)


class PoolingKernel(Kernel):
    """Common parts: windows over two axes, an estimate for pooling one axis after the other."""

    def __init__(self, layer: Pooling, bottom: Sequence[Shape]) -> None:
        self.shape = bottom[0]
        window = layer.window(self.shape)
        self.window, self.axes = window_2d(window), window.axes

    def seconds(self) -> float:
        n, c, _, w = self.shape
        (kh, kw), (oh, ow) = self.window.kernel, self.window.out
        return pass_seconds(n * c * oh * (kh * w + kw * ow), c)


class MaxPool(PoolingKernel):
    """The largest value of every window, one axis after the other."""

    name = "max_pool_separable"

    def bind(self, binding: Binding) -> list[Phase]:
        x, y = binding.bottoms[0], binding.tops[0]
        return pooling.pool(x, self.window, np.fmax, LOWEST, y, binding.epilogue, binding.threads)


class MaxPoolWithPositions(PoolingKernel):
    """The largest value of every window, and where it is."""

    name = "max_pool_positions"
    takes_epilogue = False

    def seconds(self) -> float:
        n, c, *_ = self.shape
        return pass_seconds(4 * n * c * prod(self.window.out) * prod(self.window.kernel), c)

    def bind(self, binding: Binding) -> list[Phase]:
        x, (y, positions) = binding.bottoms[0], binding.tops
        return pooling.max_pool_with_positions(x, self.window, LOWEST, y, positions, binding.threads)


class AveragePool(PoolingKernel):
    """The mean of every window, with Caffe's divisors, one axis after the other."""

    name = "average_pool_separable"

    def bind(self, binding: Binding) -> list[Phase]:
        x, y = binding.bottoms[0], binding.tops[0]
        epilogue = [divide_by_position(divisors(self.axes)), *binding.epilogue]
        return pooling.pool(x, self.window, np.add, 0.0, y, epilogue, binding.threads)


def divisors(axes: Sequence[Axis]) -> Array:
    """The divisor of each position's sum, OH x OW."""
    rows, columns = (np.array(axis.divisors(), np.float32) for axis in axes)
    products: Array = rows[:, None] * columns
    return products


class GlobalAveragePool(PoolingKernel):
    """One window, the whole image: one mean per channel, as a matrix product."""

    name = "global_average_gemm"

    def seconds(self) -> float:
        return pass_seconds(count(self.shape))

    def bind(self, binding: Binding) -> list[Phase]:
        x, y = binding.bottoms[0], binding.tops[0]
        return pooling.global_average_pool(x, y, binding.epilogue, binding.threads)
