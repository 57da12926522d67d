"""Convolution and pooling over clips, whose planes, one for each place along the length, are the images of a batch.

A clip of N x C x L x H x W is stored as N x L x H x W x C and seen as (N*L) x H x W x C.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import ceil, prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from prototxt.kernels.epilogue import EpilogueOp, TileOutput
from prototxt.kernels.layout import view
from prototxt.kernels.phases import MIN_PARALLEL_MACS, Call, Phase, make_phase
from prototxt.kernels.pooling import pool
from prototxt.kernels.tiling import TILE_BYTES, Tile, split_into_tiles
from prototxt.kernels.window import Im2col, Window2d

__all__ = ["LengthWindow", "convolve_clips", "divide_by_place", "pool_clips", "workspace"]

Array = NDArray[np.float32]

MIN_POSITIONS = 128
"""Output positions of a tile from which a matrix product is not held up by reading its weights."""


class LengthWindow(NamedTuple):
    """A window along the length of a clip, as `Window2d` has it for rows and columns."""

    kernel: int
    stride: int
    pad: int
    dilation: int
    size: int
    out: int

    def planes(self, out_plane: int) -> list[int | None]:
        """The planes of the input under an output plane, of the whole batch; None for one outside its clip."""
        clip, place = divmod(out_plane, self.out)
        read = (place * self.stride - self.pad + tap * self.dilation for tap in range(self.kernel))
        return [clip * self.size + plane if 0 <= plane < self.size else None for plane in read]


def convolve_clips(
    x: Array,
    matrix: Array,
    length: LengthWindow,
    window: Window2d,
    y: Array,
    epilogue: Sequence[EpilogueOp],
    threads: int,
) -> list[Phase]:
    """y = epilogue(windows of x times kernels): (N*L) x H x W x C to (N*OL) x OH x OW x num_output.

    `matrix` comes from `convolve.kernel_matrix`: its rows are those of the first plane under a kernel, then the next.
    """
    group, depth, outputs = matrix.shape
    inputs, planes, (height, width) = x.shape[3] // group, len(y), window.out
    output, per_plane = TileOutput(y, epilogue), depth // length.kernel
    im2col = [Im2col(x[..., g * inputs : (g + 1) * inputs], window) for g in range(group)]
    parallel = planes * height * width * depth * outputs * group > MIN_PARALLEL_MACS
    row_bytes = min(4 * width * (outputs + depth), TILE_BYTES // max(1, ceil(MIN_POSITIONS / width)))
    tiles = split_into_tiles(planes, height, row_bytes, ceil(threads / group) if parallel else 1)
    rows = width * max(tile.images * tile.rows for tile in tiles)
    edge = im2col[0].padded.shape(1, tiles[0].rows)

    def calls(i: int, scratch: Sequence[Array]) -> list[Call]:
        result, flat, padded = scratch
        g, tile = i // len(tiles), tiles[i % len(tiles)]
        index = tile.blob_index(slice(g * outputs, (g + 1) * outputs))
        each = tile.rows * width
        windows = flat[: tile.images * each * depth].reshape(tile.images * each, depth)
        fill: list[Call] = []
        for k, out_plane in enumerate(range(tile.n.start, tile.n.stop)):
            for tap, plane in enumerate(length.planes(out_plane)):
                part = windows[k * each : (k + 1) * each, tap * per_plane : (tap + 1) * per_plane]
                under = None if plane is None else Tile(slice(plane, plane + 1), tile.h)
                fill += [partial(part.fill, 0)] if under is None else im2col[g].fill(part, under, padded)
        piece = output.buffer(index, result)
        multiply = partial(np.matmul, windows, matrix[g], piece.reshape(len(windows), outputs))
        return [*fill, multiply, *output.finish(piece, index)]

    return [make_phase(group * len(tiles), calls, (rows * outputs,), (rows * depth,), edge)]


def pool_clips(
    x: Array,
    length: LengthWindow,
    window: Window2d,
    combine: np.ufunc,
    empty: float,
    y: Array,
    epilogue: Sequence[EpilogueOp],
    memory: Array,
    threads: int,
) -> list[Phase]:
    """y = epilogue(`combine` over every window), first along the length: (N*L) x H x W x C to (N*OL) x OH x OW x C.

    `memory` has as many numbers as N*OL planes of x.
    """
    (height, width), channels = window.size, x.shape[3]
    clips, places = len(x) // length.size, height * width
    between = memory[: clips * length.out * places * channels]
    along = Window2d(
        kernel=(length.kernel, 1),
        stride=(length.stride, 1),
        pad=(length.pad, 0),
        dilation=(length.dilation, 1),
        size=(length.size, places),
        out=(length.out, places),
    )
    lines = view(x, clips, length.size, places, channels)
    pooled = between.reshape(clips, length.out, places, channels)
    planes = between.reshape(clips * length.out, height, width, channels)
    return [
        *pool(lines, along, combine, empty, pooled, (), threads),
        *pool(planes, window, combine, empty, y, epilogue, threads),
    ]


def divide_by_place(divisors: Array) -> EpilogueOp:
    """tile[n, h, w] /= divisors[n % OL, h, w]: a number for each place of a clip, OL x OH x OW."""

    def divide(tile: Array, which: Array, rows: slice) -> None:
        tile /= divisors[which, rows, :, None]

    def op(tile: Array, index: tuple[slice, ...]) -> list[Call]:
        which = np.arange(index[0].start, index[0].stop) % len(divisors)
        return [partial(divide, tile, which, index[1])]

    return op


def workspace(clips: int, length: LengthWindow, window: Window2d, channels: int) -> int:
    """The size of `pool_clips`'s memory, in numbers."""
    return clips * length.out * prod(window.size) * channels
