"""The engine "numba": the table of NumPy's kernels with compiled ones in front, where NumPy needs many passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from prototxt.blobs import Array, Shape
from prototxt.kernels.compiled import depthwise, lrn, pool
from prototxt.kernels.compiled.finish import in_one_pass
from prototxt.kernels.window import Geometry
from prototxt.kernels.work import Phase
from prototxt.layers.base import Layer
from prototxt.layers.common.per_channel import PerChannel
from prototxt.layers.convolution import Convolution
from prototxt.layers.lrn import LRN
from prototxt.layers.pooling import Pooling
from prototxt.plan.choose import KERNELS, Table, choose
from prototxt.plan.convolutions import Depthwise, Direct
from prototxt.plan.kernel import Binding, Fold, Kernel, PackedWeights, nchw, passes
from prototxt.plan.others import Across, AverageAll, AveragePool, Elementwise, MaxPool, divisors


class _OnePass(Kernel):
    """A kernel of NumPy whose tiles are finished by one compiled pass; for classes that have the kernel behind it."""

    def bind(self, layer: Any, binding: Binding) -> list[Phase]:
        return super().bind(layer, replace(binding, together=in_one_pass))


class OnePassDirect(_OnePass, Direct):
    """Winograd has none: its tiles are small beside its transforms, and a whole net was not clearly faster for it."""

    name = f"{Direct.name}, compiled finish"


class OnePassByValue(_OnePass, Elementwise):
    """Layers that start a chain, such as BatchNorm, Scale and ReLU in front of a convolution."""

    name = f"{Elementwise.name}, compiled finish"


class CompiledDepthwise(Depthwise):
    """group == C == num_output: all taps in one pass."""

    name = "taps by channel, compiled"

    def seconds(self, layer: Convolution, bottom: Sequence[Shape]) -> float:
        (n, c, _, _), kernel = bottom[0], layer.window(bottom[0]).kernel
        share = 1 / 3 if kernel == (3, 3) else 1 / 2
        return passes(share * n * c * prod(layer.window(bottom[0]).out) * prod(kernel), c)

    def pack(
        self, layer: Convolution, bottom: Sequence[Shape], params: Sequence[Array], fold: Fold
    ) -> PackedWeights:
        kernels, bias = super().pack(layer, bottom, params, fold)
        return kernels, np.zeros(layer.outputs(bottom[0]), np.float32) if bias is None else bias

    def kernels(self, layer: Convolution, shape: Shape, weight: Array) -> Array:
        return depthwise.by_tap(weight)

    def work(self, x: Array, geometry: Geometry, y: Array, binding: Binding) -> list[Phase]:
        kernels, bias = binding.packed
        assert kernels is not None
        assert bias is not None
        return depthwise.convolve_depthwise(x, kernels, bias, geometry, y, binding.actions, binding.threads)


def _pool_seconds(layer: Pooling, bottom: Sequence[Shape]) -> float:
    """Every window reads all its values, so that large ones are better off axis by axis."""
    (n, c, _, _), kernel = bottom[0], layer.window(bottom[0]).kernel
    share = 0.3 if kernel == (3, 3) else 0.5
    return passes(share * n * c * prod(layer.shapes(bottom)[0][2:]) * prod(kernel), c)


class CompiledMaxPool(MaxPool):
    """The largest value of every window, in one pass."""

    name = "max by window, compiled"

    def seconds(self, layer: Pooling, bottom: Sequence[Shape]) -> float:
        return _pool_seconds(layer, bottom)

    def bind(self, layer: Pooling, binding: Binding) -> list[Phase]:
        x, y = binding.bottoms[0], binding.tops[0]
        return pool.pool_max(x, self.geometry(layer, nchw(x)), y, binding.actions, binding.threads)


class CompiledAveragePool(AveragePool):
    """The mean of every window, with Caffe's divisors, in one pass."""

    name = "sum by window, compiled"

    def applies(self, layer: Pooling, bottom: Sequence[Shape]) -> bool:
        """Not one window over the whole image: as a product with ones that is faster."""
        return super().applies(layer, bottom) and not AverageAll().applies(layer, bottom)

    def seconds(self, layer: Pooling, bottom: Sequence[Shape]) -> float:
        return _pool_seconds(layer, bottom)

    def bind(self, layer: Pooling, binding: Binding) -> list[Phase]:
        x, y = binding.bottoms[0], binding.tops[0]
        geometry = self.geometry(layer, nchw(x))
        return pool.pool_average(x, geometry, divisors(geometry), y, binding.actions, binding.threads)


class CompiledAcross(Across):
    """LRN across channels with the usual beta, whose power is two square roots."""

    name = "sums along channels, compiled"

    def applies(self, layer: LRN, bottom: Sequence[Shape]) -> bool:
        return super().applies(layer, bottom) and layer.beta == 0.75

    def seconds(self, layer: LRN, bottom: Sequence[Shape]) -> float:
        return super().seconds(layer, bottom) / 2  # a third for 64 channels and more, four fifths for 4

    def bind(self, layer: LRN, binding: Binding) -> list[Phase]:
        numbers = (layer.local_size, layer.alpha, layer.k)
        return lrn.lrn_across(binding.bottoms[0], *numbers, binding.tops[0], binding.actions, binding.threads)


COMPILED: dict[type[Layer], tuple[Kernel, ...]] = {
    Convolution: (OnePassDirect(), CompiledDepthwise()),
    Pooling: (CompiledMaxPool(), CompiledAveragePool()),
    LRN: (CompiledAcross(),),
    PerChannel: (OnePassByValue(),),
}
"""What numba adds; of two kernels that should take the same time the one that stands first is taken."""

TABLE: Table = {**KERNELS, **{kind: (*row, *KERNELS[kind]) for kind, row in COMPILED.items()}}


def choose_compiled(layer: Layer, bottom: Sequence[Shape]) -> Kernel | None:
    """`choose` among the compiled kernels too."""
    return choose(layer, bottom, TABLE)
