"""Windows over a blob: their geometry, zeros around a tile of the input, and every window as a row of a matrix."""

from __future__ import annotations

from functools import partial
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from prototxt.kernels.phases import Call, copy_into
from prototxt.kernels.tiling import Tile

__all__ = ["Im2col", "PaddedInput", "Pair", "Window2d", "window_view"]

Array = NDArray[np.float32]
Pair = tuple[int, int]


class Window2d(NamedTuple):
    """A window that slides over two axes, rows first: what kernels take of a layer's `Window`.

    `pad` is the padding before the input, `size` the input and `out` the number of windows. A tuple of plain integers,
    so that compiled kernels take it too.
    """

    kernel: Pair
    stride: Pair
    pad: Pair
    dilation: Pair
    size: Pair
    out: Pair

    @property
    def span(self) -> Pair:
        """The rows and columns, padding included, that all windows together cover."""
        return self.rows_under(self.out[0]), self._under(1, self.out[1])

    def rows_under(self, out_rows: int) -> int:
        """The input rows that consecutive rows of the output cover."""
        return self._under(0, out_rows)

    def _under(self, axis: int, length: int) -> int:
        return (length - 1) * self.stride[axis] + self.dilation[axis] * (self.kernel[axis] - 1) + 1

    @property
    def is_pointwise(self) -> bool:
        """Whether every output value depends only on the input at its own position."""
        return self.kernel == self.stride == (1, 1) and self.pad == (0, 0)


class PaddedInput:
    """Tiles of an input as windows over them need it: filled with `empty` where they reach beyond its edge."""

    def __init__(self, x: Array, window: Window2d, empty: float = 0) -> None:
        self.x, self.window, self.empty = x, window, np.float32(empty)
        _, self.height, width, self.channels = x.shape
        self.width = window.span[1]
        self.left = window.pad[1]
        self.inside = min(width, self.width - self.left)
        self.has_sides = self.left > 0 or self.inside < self.width

    def shape(self, images: int, out_rows: int) -> tuple[int, int, int, int]:
        """The shape of the input under a tile of this many images and output rows."""
        return images, self.window.rows_under(out_rows), self.width, self.channels

    def under(self, tile: Tile, scratch: Array) -> tuple[Array, list[Call]]:
        """The padded input under a tile of the output, and the calls that fill it.

        A view of the input where nothing lies outside, else a part of `scratch`.
        """
        first = tile.h.start * self.window.stride[0] - self.window.pad[0]
        shape = self.shape(tile.images, tile.rows)
        last = first + shape[1]
        if not self.has_sides and first >= 0 and last <= self.height:
            return self.x[tile.n, first:last, : self.width], []
        padded = scratch.reshape(-1)[: prod(shape)].reshape(shape)
        top, bottom = max(0, -first), min(shape[1], max(self.height - first, 0))
        left, right = self.left, self.left + self.inside
        inside = padded[:, top:bottom]
        edges = [padded[:, :top], padded[:, bottom:], inside[:, :, :left], inside[:, :, right:]]
        calls: list[Call] = [partial(edge.fill, self.empty) for edge in edges if edge.size]
        if inside.size:
            source = self.x[tile.n, first + top : first + bottom, : self.inside]
            calls.append(copy_into(inside[:, :, left:right], source))
        return padded, calls


def window_view(padded: Array, window: Window2d, out_rows: int) -> Array:
    """A view of every window: images x out_rows x OW x kernel_h x kernel_w x C."""
    image, row, column, channel = padded.strides
    (kh, kw), (sh, sw), _, (dh, dw), _, (_, width) = window
    return as_strided(
        padded,
        (len(padded), out_rows, width, kh, kw, padded.shape[3]),
        (image, row * sh, column * sw, row * dh, column * dw, channel),
        writeable=False,
    )


class Im2col:
    """A matrix whose rows are the windows of a tile, (images * rows * OW) x (kernel_h * kernel_w * C)."""

    def __init__(self, x: Array, window: Window2d) -> None:
        self.window = window
        self.padded = PaddedInput(x, window)
        self.depth = prod(window.kernel) * x.shape[3]

    def fill(self, matrix: Array, tile: Tile, scratch: Array) -> list[Call]:
        """The calls that write the windows of a tile into the matrix; `scratch` holds the padded input under it."""
        padded, calls = self.padded.under(tile, scratch)
        windows = window_view(padded, self.window, tile.rows)
        return [*calls, copy_into(matrix.reshape(windows.shape), windows)]
