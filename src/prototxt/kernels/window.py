"""What a window sees: zeros around a tile of the input, and every window of it as one row of a matrix."""

from __future__ import annotations

from functools import partial
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from prototxt.kernels.work import Op, Tile, put, room_for

Array = NDArray[np.float32]
Pair = tuple[int, int]


class Geometry(NamedTuple):
    """A window that slides over two axes: down, across. `pad` is what stands before the input, `out` the output."""

    kernel: Pair
    stride: Pair
    pad: Pair
    dilation: Pair
    out: Pair

    @property
    def reach(self) -> Pair:
        """How many rows and columns, padding included, all windows together see."""
        return self.reach_of(self.out[0]), self._reach(1, self.out[1])

    def reach_of(self, rows: int) -> int:
        """How many input rows so many output rows see."""
        return self._reach(0, rows)

    def _reach(self, axis: int, length: int) -> int:
        return (length - 1) * self.stride[axis] + self.dilation[axis] * (self.kernel[axis] - 1) + 1

    @property
    def is_pointwise(self) -> bool:
        """Whether every output value sees the input at its own place alone."""
        return self.kernel == self.stride == (1, 1) and self.pad == (0, 0)


class Padded:
    """Tiles of an input as windows over them need it: with `empty` where they reach beyond its edge."""

    def __init__(self, x: Array, geometry: Geometry, empty: float = 0) -> None:
        self.x, self.geometry, self.empty = x, geometry, np.float32(empty)
        _, self.height, width, self.channels = x.shape
        self.width = geometry.reach[1]
        self.left = geometry.pad[1]
        self.inside = min(width, self.width - self.left)
        self.sides = self.left > 0 or self.inside < self.width

    def shape(self, images: int, rows: int) -> tuple[int, int, int, int]:
        """Of a tile of so many output rows."""
        return images, self.geometry.reach_of(rows), self.width, self.channels

    def tile(self, tile: Tile, spare: Array) -> tuple[Array, list[Op]]:
        """The input under a tile of the output, and what makes it: a view where nothing lies outside, else `spare`."""
        first = tile.h.start * self.geometry.stride[0] - self.geometry.pad[0]
        shape = self.shape(tile.images, tile.rows)
        last = first + shape[1]
        if not self.sides and first >= 0 and last <= self.height:
            return self.x[tile.n, first:last, : self.width], []
        made = spare.reshape(-1)[: prod(shape)].reshape(shape)
        top, bottom = max(0, -first), min(shape[1], max(self.height - first, 0))
        left, right = self.left, self.left + self.inside
        inside = made[:, top:bottom]
        edges = [made[:, :top], made[:, bottom:], inside[:, :, :left], inside[:, :, right:]]
        ops: list[Op] = [partial(edge.fill, self.empty) for edge in edges if edge.size]
        if inside.size:
            source = self.x[tile.n, first + top : first + bottom, : self.inside]
            ops.append(put(inside[:, :, left:right], source))
        return made, ops


def windows(padded: Array, geometry: Geometry, rows: int) -> Array:
    """A view of every window: images x rows x OW x kernel_h x kernel_w x C."""
    image, row, column, channel = padded.strides
    (kh, kw), (sh, sw), _, (dh, dw), (_, width) = geometry
    return as_strided(
        padded,
        (len(padded), rows, width, kh, kw, padded.shape[3]),
        (image, row * sh, column * sw, row * dh, column * dw, channel),
        writeable=False,
    )


class Columns:
    """Im2col: a matrix whose rows are the windows of a tile, (images * rows * OW) x (kernel_h * kernel_w * C)."""

    def __init__(self, x: Array, geometry: Geometry) -> None:
        self.geometry = geometry
        self.padded = Padded(x, geometry)
        self.depth = prod(geometry.kernel) * x.shape[3]

    def scratch_size(self, images: int, rows: int) -> int:
        """Scratch memory for a tile, without the matrix itself."""
        return room_for(self.padded.shape(images, rows))

    def fill(self, matrix: Array, tile: Tile, spare: Array) -> list[Op]:
        """What writes the windows of a tile into the matrix."""
        padded, ops = self.padded.tile(tile, spare)
        seen = windows(padded, self.geometry, tile.rows)
        return [*ops, put(matrix.reshape(seen.shape), seen)]
