"""Layers whose tops are their bottom, or parts of it: they share its memory and need no kernel."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Shape
from prototxt.layers.dropout import Dropout
from prototxt.layers.flatten import Flatten
from prototxt.layers.reshape import Reshape
from prototxt.layers.slice import Slice
from prototxt.layers.split import Split
from prototxt.plan.regions import Region, alias_tops, is_in_order, keeps_rows

__all__ = ["dropout_regions", "reshape_regions", "slice_regions", "split_regions"]


@alias_tops.register
def slice_regions(layer: Slice, bottom: Shape, tops: Sequence[Shape]) -> list[Region] | None:
    """Parts of the bottom along the axis."""
    axis = layer.axis % len(bottom)
    return [Region(axis, cut) for cut in layer.cuts(bottom)[:-1]] if keeps_rows(bottom, axis) else None


@alias_tops.register
def split_regions(layer: Split, bottom: Shape, tops: Sequence[Shape]) -> list[Region]:
    """The whole bottom, for every top."""
    return [Region() for _ in tops]


@alias_tops.register
def dropout_regions(layer: Dropout, bottom: Shape, tops: Sequence[Shape]) -> list[Region] | None:
    """The whole bottom, where nothing is dropped or scaled."""
    return [Region()] if layer.passes_on else None


@alias_tops.register
def reshape_regions(layer: Flatten | Reshape, bottom: Shape, tops: Sequence[Shape]) -> list[Region] | None:
    """The whole bottom in another shape, where both are stored in the order of their axes."""
    return [Region()] if is_in_order(bottom) and is_in_order(tops[0]) else None
