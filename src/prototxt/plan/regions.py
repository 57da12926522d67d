"""Layers whose tops are regions of their bottom, or whose bottoms are copied to regions of their top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch
from math import prod

from prototxt.blobs import Shape
from prototxt.layers.base import Layer

__all__ = ["Region", "alias_bottoms", "alias_tops", "is_channels_last", "is_in_order", "keeps_rows"]


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a blob: from `start` on along `axis`; without an axis all of it, perhaps in another shape."""

    axis: int | None = None
    start: int = 0


@singledispatch
def alias_tops(layer: Layer, bottom: Shape, tops: Sequence[Shape]) -> list[Region] | None:
    """The region of the bottom that each top is; None, the default, where the layer computes or moves anything.

    Layer types register functions in `plan/lowering/`.
    """
    return None


@singledispatch
def alias_bottoms(layer: Layer, bottom: Sequence[Shape]) -> list[Region] | None:
    """The region of the top that each bottom is copied to; None, the default, where it is not just a copy.

    Layer types register functions in `plan/lowering/`.
    """
    return None


def is_channels_last(shape: Shape) -> bool:
    """Whether a blob of this shape, images or clips, is stored with its channels last."""
    return len(shape) in (4, 5)


def keeps_rows(shape: Shape, axis: int) -> bool:
    """Whether a part along this axis leaves the rows of an image contiguous: kernels use them as rows of a matrix."""
    return not is_channels_last(shape) or axis < 2


def is_in_order(shape: Shape) -> bool:
    """Whether a blob lies in memory in the order of its axes, although channels are stored last."""
    return not is_channels_last(shape) or shape[1] == 1 or prod(shape[2:]) == 1
