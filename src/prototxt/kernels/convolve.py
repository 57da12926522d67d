"""Convolution as im2col and matrix products over tiles: every window a row of a matrix, every kernel a column."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import ceil, prod

import numpy as np
from numpy.typing import NDArray

from prototxt.kernels.epilogue import EpilogueOp, TileOutput
from prototxt.kernels.layout import is_matrix, view
from prototxt.kernels.phases import MIN_PARALLEL_MACS, Call, Phase, make_phase
from prototxt.kernels.tiling import ALL, split_axis, split_into_tiles
from prototxt.kernels.window import Im2col, Window2d

__all__ = ["convolve", "convolve_rows", "kernel_matrix", "workspace"]

Array = NDArray[np.float32]

MAX_SHARED_POSITIONS = 128
"""Output positions up to which tasks divide the output channels, not the positions: every task reads all of whatever
is not divided. Up to MAX_SHARED_POSITIONS_WIDE they do so too where output channels outnumber positions."""

MAX_SHARED_POSITIONS_WIDE = 1024

EPILOGUE_MACS = 32
"""Multiply-adds that take as long as the epilogue of an output value: bias, activation, its way to the blob."""


def _splits_outputs(images: int, matrix: tuple[int, ...], window: Window2d) -> bool:
    """Whether tasks divide the output channels, not the positions; `matrix` is the kernel matrix's shape."""
    positions = images * prod(window.out)
    return positions <= MAX_SHARED_POSITIONS or positions <= min(matrix[2], MAX_SHARED_POSITIONS_WIDE)


def kernel_matrix(weight: Array, group: int) -> Array:
    """Kernels of num_output x C/group x kernel_h x kernel_w as group x (kernel_h * kernel_w * C/group) x outputs."""
    outputs, inputs, *taps = weight.shape
    grouped = weight.reshape(group, outputs // group, inputs, prod(taps))
    return np.ascontiguousarray(grouped.transpose(0, 3, 2, 1)).reshape(group, -1, outputs // group)


def workspace(images: int, matrix: tuple[int, ...], window: Window2d) -> int:
    """The size of `convolve`'s memory between its phases, in numbers; `matrix` is the kernel matrix's shape."""
    if window.is_pointwise or not _splits_outputs(images, matrix, window):
        return 0
    return images * prod(window.out) * matrix[0] * matrix[1]


def convolve(
    x: Array,
    matrix: Array,
    window: Window2d,
    y: Array,
    epilogue: Sequence[EpilogueOp],
    memory: Array,
    threads: int,
) -> list[Phase]:
    """y = epilogue(windows of x times kernels): N x H x W x C to N x OH x OW x num_output.

    `matrix` comes from `kernel_matrix`; `memory` has `workspace` numbers.
    """
    if _splits_outputs(len(x), matrix.shape, window):
        return _convolve_outputs(x, matrix, window, TileOutput(y, epilogue), memory, threads)
    return [convolve_rows(x, matrix, window, y, epilogue, threads)]


def _split_groups(x: Array, matrix: Array) -> tuple[list[Array], list[slice]]:
    """The input channels of every group, and the output channels that it computes."""
    group, _, outputs = matrix.shape
    inputs = x.shape[3] // group
    parts = [x[..., g * inputs : (g + 1) * inputs] for g in range(group)]
    return parts, [slice(g * outputs, (g + 1) * outputs) for g in range(group)]


def convolve_rows(
    x: Array, matrix: Array, window: Window2d, y: Array, epilogue: Sequence[EpilogueOp], threads: int
) -> Phase:
    """`convolve` where each task computes some rows of one group's outputs."""
    group, depth, outputs = matrix.shape
    output = TileOutput(y, epilogue)
    parts, channels = _split_groups(x, matrix)
    height, width = window.out
    is_view = window.is_pointwise and x.shape[1:3] == window.out and is_matrix(x)  # x itself is the matrix
    im2col = [Im2col(part, window) for part in parts]
    copied = 0 if is_view else depth + parts[0].shape[3] * window.stride[0] * window.stride[1]
    macs = len(parts[0]) * height * width * outputs * (depth + EPILOGUE_MACS)
    min_tiles = ceil(threads / group) if macs * group > MIN_PARALLEL_MACS else 1
    tiles = split_into_tiles(len(parts[0]), height, 4 * width * (outputs + copied), min_tiles)
    max_rows = width * max(tile.images * tile.rows for tile in tiles)
    edge = (0,) if is_view else im2col[0].padded.shape(tiles[0].images, tiles[0].rows)

    def calls(i: int, scratch: Sequence[Array]) -> list[Call]:
        result, flat, edge = scratch
        g, tile = i // len(tiles), tiles[i % len(tiles)]
        index = tile.blob_index(channels[g])
        rows = tile.images * tile.rows * width
        if is_view:
            windows, fill = view(parts[g][tile.n, tile.h], rows, depth), []
        else:
            windows = flat[: rows * depth].reshape(rows, depth)
            fill = im2col[g].fill(windows, tile, edge)
        piece = output.buffer(index, result)
        multiply = partial(np.matmul, windows, matrix[g], piece.reshape(rows, outputs))
        return [*fill, multiply, *output.finish(piece, index)]

    windows_size = 0 if is_view else max_rows * depth
    return make_phase(group * len(tiles), calls, (max_rows * outputs,), (windows_size,), edge)


def _convolve_outputs(
    x: Array, matrix: Array, window: Window2d, output: TileOutput, memory: Array, threads: int
) -> list[Phase]:
    """Few positions, such as 7 x 7: all windows first, then each task computes some of the output channels."""
    group, depth, outputs = matrix.shape
    parts, channels = _split_groups(x, matrix)
    images, (height, width) = len(parts[0]), window.out
    rows = images * height * width
    parallel = rows * outputs * (depth + EPILOGUE_MACS) * group > MIN_PARALLEL_MACS
    spans = list(split_axis(outputs, ceil(threads / group) if parallel else 1, 16))
    shares = [(g, span) for g in range(group) for span in spans]
    phases = []
    if window.is_pointwise:
        windows = [view(part, rows, depth) for part in parts]
    else:
        windows = list(memory[: group * rows * depth].reshape(group, rows, depth))
        phases.append(_im2col_phase(parts, window, windows, threads if parallel else 1))
    widest = max(span.stop - span.start for span in spans)

    def calls(i: int, scratch: Sequence[Array]) -> list[Call]:
        g, span = shares[i]
        start = channels[g].start
        index = (slice(0, images), slice(0, height), ALL, slice(start + span.start, start + span.stop))
        piece = output.buffer(index, scratch[0])
        result = piece.reshape(rows, span.stop - span.start)
        return [partial(np.matmul, windows[g], matrix[g][:, span], result), *output.finish(piece, index)]

    return [*phases, make_phase(len(shares), calls, (rows * widest,))]


def _im2col_phase(parts: Sequence[Array], window: Window2d, matrices: Sequence[Array], threads: int) -> Phase:
    """Im2col of whole inputs, each task some rows of one group's matrix."""
    height, width = window.out
    im2col = [Im2col(part, window) for part in parts]
    tiles = split_into_tiles(len(parts[0]), height, 4 * width * im2col[0].depth, threads)
    starts = [(tile.n.start * height + tile.h.start) * width for tile in tiles]

    def calls(i: int, scratch: Sequence[Array]) -> list[Call]:
        g, tile = i // len(tiles), tiles[i % len(tiles)]
        start = starts[i % len(tiles)]
        rows = matrices[g][start : start + tile.images * tile.rows * width]
        return im2col[g].fill(rows, tile, scratch[0])

    edge = im2col[0].padded.shape(tiles[0].images, tiles[0].rows)
    return make_phase(len(parts) * len(tiles), calls, edge)
