"""Divides a blob into tiles that fit a core's cache, and an axis into spans."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

__all__ = ["ALL", "Index", "Tile", "split_axis", "split_into_tiles"]

TILE_BYTES = 1024 * 1024
"""Bytes that a task may work on at a time: the second-level cache of most cores. Few large tasks are best: two threads
that call NumPy for a few microseconds at a time mostly wait for the interpreter's lock."""

Index = tuple[slice, slice, slice, slice]
"""Where a tile lies in its blob: images, rows, columns, channels."""

ALL = slice(None)


class Tile(NamedTuple):
    """A piece of a blob: its images `n` and their rows `h`, either some rows of one image or whole images."""

    n: slice
    h: slice

    @property
    def images(self) -> int:
        """The number of images."""
        return int(self.n.stop - self.n.start)

    @property
    def rows(self) -> int:
        """The number of rows of each image."""
        return int(self.h.stop - self.h.start)

    def blob_index(self, channels: slice = ALL) -> Index:
        """Where the tile lies in its blob, N x H x W x C."""
        return self.n, self.h, ALL, channels


def split_into_tiles(images: int, height: int, row_bytes: int, min_tiles: int) -> list[Tile]:
    """Divides images x height rows into at least `min_tiles` tiles of hardly more than TILE_BYTES each.

    No tile is larger than the first. `row_bytes` is the memory of one row with all intermediate results.
    """
    rows = max(1, min(TILE_BYTES // max(row_bytes, 1), ceil(images * height / min_tiles)))
    if rows < height:
        parts = ceil(ceil(height / rows) * images / min_tiles) * min_tiles // images or 1
        rows = ceil(height / parts)
        spans = [(start, min(start + rows, height)) for start in range(0, height, rows)]
        return [Tile(slice(n, n + 1), slice(*span)) for n in range(images) for span in spans]
    step = max(1, min(rows // height, ceil(images / min_tiles)))
    return [Tile(slice(n, min(n + step, images)), slice(0, height)) for n in range(0, images, step)]


def split_axis(length: int, parts: int, multiple: int = 1) -> Iterator[slice]:
    """Divides an axis into at most `parts` spans of about the same length, each a multiple of `multiple`."""
    step = ceil(length / parts / multiple) * multiple
    return (slice(start, min(start + step, length)) for start in range(0, length, step))
