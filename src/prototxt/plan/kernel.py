"""Kernels as a plan sees them: estimated time, packed weights, tasks; and the registries of kernels by layer type."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import singledispatch
from math import prod
from typing import ClassVar

from prototxt.blobs import Array, Shape, count
from prototxt.kernels import layout
from prototxt.kernels.epilogue import EpilogueOp, add_per_channel
from prototxt.kernels.phases import Phase
from prototxt.layers.base import Layer

__all__ = [
    "Binding", "Fold", "Kernel", "PackedWeights", "blob_shape", "by_item", "compiled_kernels",
    "fits_tiles", "is_clip", "is_image", "numpy_kernels", "stored_shape",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class PackedWeights:
    """A layer's weights in a kernel's own form, and its bias where it has one."""

    kernels: tuple[Array, ...] = ()
    bias: Array | None = None

    @property
    def arrays(self) -> tuple[Array, ...]:
        """All of them."""
        return self.kernels if self.bias is None else (*self.kernels, self.bias)


@dataclass(frozen=True, slots=True)
class Fold:
    """A function of each output channel that goes into the weights of the layer before: y -> factor * y + offset."""

    factor: Array | None = None
    offset: Array | None = None

    def then(self, factor: Array | None, offset: Array | None) -> Fold:
        """This function, followed by another one."""
        product = _multiply(self.factor, factor)
        scaled = _multiply(self.offset, factor) if self.offset is not None else None
        return Fold(product, offset if scaled is None else scaled if offset is None else scaled + offset)

    def apply_to_weight(self, weight: Array) -> Array:
        """Weights with the output channel first, scaled."""
        return weight if self.factor is None else weight * self.factor.reshape(-1, *[1] * (weight.ndim - 1))

    def apply_to_bias(self, bias: Array | None) -> Array | None:
        """The bias, scaled and shifted."""
        scaled = None if bias is None else bias if self.factor is None else bias * self.factor
        return self.offset if scaled is None else scaled if self.offset is None else scaled + self.offset


def _multiply(one: Array | None, other: Array | None) -> Array | None:
    return other if one is None else one if other is None else one * other


@dataclass(frozen=True, slots=True)
class Binding:
    """The operands of a kernel: blobs in memory, channels-last; packed weights; the epilogue; memory between phases."""

    bottoms: Sequence[Array]
    tops: Sequence[Array]
    packed: PackedWeights
    epilogue: Sequence[EpilogueOp]
    memory: Array
    threads: int
    fuse_epilogue: Callable[[Sequence[EpilogueOp]], list[EpilogueOp]] = list
    """Replaces operations that one pass can do together by a single one."""

    def epilogue_with_bias(self, bias: Array | None) -> list[EpilogueOp]:
        """The operations on a tile: a bias per output channel, where there is one, and the epilogue after it."""
        return self.fuse_epilogue([*([] if bias is None else [add_per_channel(bias)]), *self.epilogue])


class Kernel(ABC):
    """A way to run one layer on bottoms of known shapes, N x C x H x W (stored channels-last) or N x C."""

    name: ClassVar[str]
    """Unique among the kernels of all engines: plans, profiles and measured choices name a kernel by it."""
    can_fold: ClassVar[bool] = False
    """Whether a factor and an offset per output channel can go into the weights."""
    elementwise: ClassVar[bool] = False
    """Whether it only copies a bottom, and the layer itself is the start of the epilogue."""
    takes_epilogue: ClassVar[bool] = True
    """Whether later layers may work on its tiles."""
    can_combine: ClassVar[bool] = True
    """Whether its epilogue may combine a tile with another blob."""

    @abstractmethod
    def seconds(self) -> float:
        """An estimate of the time it takes on one core."""

    def workspace(self) -> int:
        """The size of the memory that it keeps between its phases, in numbers."""
        return 0

    def pack(self, params: Sequence[Array], fold: Fold) -> PackedWeights:
        """The weights as `bind` takes them."""
        return PackedWeights()

    def packing_key(self) -> tuple[int, ...]:
        """The values that the packed weights depend on besides the learned arrays.

        Plans for several input shapes share packed weights where this is equal.
        """
        return ()

    @abstractmethod
    def bind(self, binding: Binding) -> list[Phase]:
        """The work of one forward."""

    def __repr__(self) -> str:
        return f"<Kernel {self.name}>"


@singledispatch
def numpy_kernels(layer: Layer, bottom: Sequence[Shape]) -> list[Kernel]:
    """The NumPy kernels that can run this layer on bottoms of these shapes; by default none.

    Each layer type that has kernels registers a function in `plan/lowering/`.
    """
    return []


@singledispatch
def compiled_kernels(layer: Layer, bottom: Sequence[Shape]) -> list[Kernel]:
    """The kernels that numba compiles, registered in `plan/compiled/`."""
    return []


def stored_shape(shape: Shape) -> Shape:
    """A blob's shape as it is stored: N x H x W x C, for a clip (N*L) x H x W x C."""
    n, c, *spatial = shape
    *length, h, w = spatial or (1, 1)
    return (n * prod(length), h, w, c)


def blob_shape(array: Array) -> Shape:
    """The blob's shape of an array that is stored N x H x W x C."""
    n, h, w, c = array.shape
    return n, c, h, w


def fits_tiles(shape: Shape) -> bool:
    """Whether kernels that work on tiles take a blob of this shape: an image, a vector or a clip for each item.

    They see a clip as L images: what matters to them may be a position, and the channel, but not the item.
    """
    return len(shape) in (2, 4, 5) and count(shape) > 0


def is_image(shape: Shape) -> bool:
    """Whether a blob holds an image or a vector for each item, and any values."""
    return len(shape) in (2, 4) and count(shape) > 0


def is_clip(shape: Shape) -> bool:
    """Whether a blob holds a clip for each item, N x C x L x H x W, and any values."""
    return len(shape) == layout.CLIP_AXES and count(shape) > 0


def by_item(x: Array, shape: Shape) -> Array:
    """What is stored of a blob of this shape with its first axis the items: of a clip N x L x (H*W) x C."""
    if not is_clip(shape):
        return x
    n, c, length, h, w = shape
    return layout.view(x, n, length, h * w, c)
