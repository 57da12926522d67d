"""What a kernel is to a plan: which layers it serves, what it costs, what it makes of their weights, its work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from prototxt.blobs import Array, Shape, count
from prototxt.kernels.epilogue import Action, add_row
from prototxt.kernels.work import Phase

PackedWeights = tuple[NDArray[np.float32] | None, ...]
"""A layer's weights in a kernel's own form."""

MACS_PER_SECOND = 50e9
"""Multiply-adds of large matrix products, one core: what estimates reckon with."""

CACHED_WEIGHTS = 4e6
"""Numbers that the cache all cores share holds."""

WEIGHTS_PER_SECOND, FAR_WEIGHTS_PER_SECOND = 5e9, 2.2e9
"""Weights that BLAS gets ready for a product, from that cache and from memory."""

NUMBERS_PER_SECOND = 4e9
"""Numbers that one pass over memory in the cache handles, one core."""


@dataclass(frozen=True, slots=True)
class Fold:
    """What follows a layer per output channel and goes into its weights: y -> factor * y + offset."""

    factor: Array | None = None
    offset: Array | None = None

    def then(self, factor: Array | None, offset: Array | None) -> Fold:
        """This, and behind it another one."""
        both = _times(self.factor, factor)
        moved = _times(self.offset, factor) if self.offset is not None else None
        return Fold(both, offset if moved is None else moved if offset is None else moved + offset)

    def weight(self, weight: Array) -> Array:
        """Weights with the output channel first, scaled."""
        return weight if self.factor is None else weight * self.factor.reshape(-1, *[1] * (weight.ndim - 1))

    def bias(self, bias: Array | None) -> Array | None:
        """The bias, scaled and moved."""
        scaled = None if bias is None else bias if self.factor is None else bias * self.factor
        return self.offset if scaled is None else scaled if self.offset is None else scaled + self.offset


def _times(one: Array | None, other: Array | None) -> Array | None:
    return other if one is None else one if other is None else one * other


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a step works: its blobs in memory, channels-last, what follows, memory between its phases."""

    bottoms: Sequence[Array]
    tops: Sequence[Array]
    packed: PackedWeights
    actions: Sequence[Action]
    memory: Array
    threads: int
    together: Callable[[Sequence[Action]], list[Action]] = list
    """Makes fewer actions of those that can be done in one pass."""

    def with_bias(self, bias: Array | None) -> list[Action]:
        """What finishes a tile: a bias per output channel, where there is one, and the actions behind it."""
        return self.together([*([] if bias is None else [add_row(bias)]), *self.actions])


class Kernel:
    """A way to run layers of one type, bottoms and tops being N x C x H x W (stored channels-last) or N x C."""

    name: ClassVar[str]
    folds: ClassVar[bool] = False
    """Whether a factor and an offset per output channel can go into the weights."""
    elementwise: ClassVar[bool] = False
    """Whether it only copies its bottom, and the layer itself is the first to work on the tiles."""
    finishes: ClassVar[bool] = True
    """Whether layers behind it may work on its tiles."""
    joins: ClassVar[bool] = True
    """Whether a tile may be combined with another blob's as soon as it is made."""

    def applies(self, layer: Any, bottom: Sequence[Shape]) -> bool:
        """Whether it can run this layer."""
        raise NotImplementedError

    def seconds(self, layer: Any, bottom: Sequence[Shape]) -> float:
        """About how long it takes on one core."""
        raise NotImplementedError

    def workspace(self, layer: Any, bottom: Sequence[Shape]) -> int:
        """How many numbers it keeps between its phases."""
        return 0

    def pack(self, layer: Any, bottom: Sequence[Shape], params: Sequence[Array], fold: Fold) -> PackedWeights:
        """The weights as `bind` takes them."""
        return ()

    def bind(self, layer: Any, binding: Binding) -> list[Phase]:
        """The work of one forward."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<Kernel {self.name}>"


def products(macs: float, columns: float, depth: float, weights: float) -> float:
    """Seconds of matrix products on one core: narrow ones are slower, and BLAS copies the weights first."""
    multiply = macs / MACS_PER_SECOND * (1 + 8 / max(columns, 1)) * (1 + 8 / max(depth, 1))
    return multiply + weights / (WEIGHTS_PER_SECOND if weights < CACHED_WEIGHTS else FAR_WEIGHTS_PER_SECOND)


def passes(numbers: float, run: float = 1024) -> float:
    """Seconds of going through so many numbers, in runs of that length."""
    return numbers / NUMBERS_PER_SECOND * (1 + 40 / max(run, 1))


def stored(shape: Shape) -> Shape:
    """A blob's shape as it is stored: N x H x W x C."""
    n, c, *spatial = shape
    return (n, *(spatial or (1, 1)), c)


def nchw(array: Array) -> Shape:
    """The blob's shape of an array that is stored N x H x W x C."""
    n, h, w, c = array.shape
    return n, c, h, w


def fits_tiles(shape: Shape) -> bool:
    """Whether kernels that work on tiles take a blob of this shape."""
    return len(shape) in (2, 4) and count(shape) > 0
