"""Max and average pooling, one axis after the other: k + k passes over the data in place of k * k."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from prototxt.kernels.epilogue import EpilogueOp, TileOutput, combine_with_row
from prototxt.kernels.layout import view
from prototxt.kernels.phases import MIN_PARALLEL_MACS, Call, Phase, copy_into, make_phase
from prototxt.kernels.tiling import ALL, split_into_tiles
from prototxt.kernels.window import Window2d

__all__ = ["global_average_pool", "max_pool_with_positions", "pool"]

Array = NDArray[np.float32]


class _Tap(NamedTuple):
    """One position of a window along an axis: the outputs whose windows have an input there, and these inputs."""

    out: slice
    input: slice


def _taps(window: Window2d, axis: int, out: slice) -> dict[int, _Tap]:
    """By position in the window, every tap of an axis at which some of the outputs `out` have a value of the input."""
    kernel, stride, pad, size = window.kernel[axis], window.stride[axis], window.pad[axis], window.size[axis]
    taps = {}
    for t in range(kernel):
        first = max(out.start, -((t - pad) // stride))  # the first o with o * stride + t - pad >= 0
        last = min(out.stop - 1, (size - 1 + pad - t) // stride)
        if first <= last:
            start = first * stride + t - pad
            taps[t] = _Tap(
                slice(first - out.start, last - out.start + 1),
                slice(start, start + (last - first) * stride + 1, stride),
            )
    return taps


def _sorted_taps(window: Window2d, axis: int, out: slice) -> list[_Tap]:
    """The taps of an axis for the outputs `out`, the one that most outputs have first."""
    return sorted(_taps(window, axis, out).values(), key=lambda tap: tap.out.start - tap.out.stop)


def _reduce(
    combine: np.ufunc, x: Array, axis: int, taps: Sequence[_Tap], empty: float, y: Array
) -> list[Call]:
    """y = `combine` over the taps of one axis; outputs without any input get `empty`."""
    before: tuple[slice, ...] = (slice(None),) * axis
    full = slice(0, y.shape[axis])
    inputs = [x[(*before, tap.input)] for tap in taps]
    calls: list[Call]
    if not taps or taps[0].out != full:
        calls, done = [partial(y.fill, empty)], 0
    elif len(taps) > 1 and taps[1].out == full:
        calls, done = [partial(combine, inputs[0], inputs[1], out=y)], 2
    else:
        calls, done = [copy_into(y, inputs[0])], 1
    for tap, values in zip(taps[done:], inputs[done:], strict=True):
        part = y[(*before, tap.out)]
        calls.append(partial(combine, part, values, out=part))
    return calls


def pool(
    x: Array,
    window: Window2d,
    combine: np.ufunc,
    empty: float,
    y: Array,
    epilogue: Sequence[EpilogueOp],
    threads: int,
) -> list[Phase]:
    """y = epilogue(`combine` over every window): N x H x W x C to N x OH x OW x C.

    Values outside the image take no part; a window without any value gives `empty`. np.fmax passes over NaN; a
    window of NaN only gives `empty` too.
    """
    (height, width), channels = window.out, x.shape[3]
    in_width = window.size[1]
    output = TileOutput(y, epilogue)
    work = len(x) * height * in_width * channels * window.kernel[0]
    min_tiles = threads if 8 * work > MIN_PARALLEL_MACS else 1
    tiles = split_into_tiles(len(x), height, 4 * channels * (in_width + width), min_tiles)
    rows = {tile.h.start: _sorted_taps(window, 0, tile.h) for tile in tiles}
    columns = _sorted_taps(window, 1, slice(0, width))
    images_rows = (tiles[0].images, tiles[0].rows)
    lowest = np.full(channels, empty, np.float32)

    def calls(i: int, scratch: Sequence[Array]) -> list[Call]:
        row_results, spare = scratch
        tile = tiles[i]
        index = tile.blob_index()
        result = output.buffer(index, spare)
        between = row_results[: tile.images, : tile.rows]
        return [
            *_reduce(combine, x[tile.n], 1, rows[tile.h.start], empty, between),
            *_reduce(combine, between, 2, columns, empty, result),
            *([combine_with_row(combine, result, lowest)] if combine is np.fmax else []),
            *output.finish(result, index),
        ]

    between, result = (*images_rows, in_width, channels), (*images_rows, width, channels)
    return [make_phase(len(tiles), calls, between, result)]


def max_pool_with_positions(
    x: Array, window: Window2d, empty: float, y: Array, positions: Array, threads: int
) -> list[Phase]:
    """y = the maximum of every window, positions = where in the image its first one is: row * W + column.

    A window without any number (or with NaN only) gives `empty`, at -1. Taps are taken in the order of rows, because
    the first maximum counts.
    """
    (height, width), channels = window.out, x.shape[3]
    (stride, _), (pad, _), in_width = window.stride, window.pad, window.size[1]
    row_numbers = channels * (stride * in_width + 3 * width)
    work = y.size * window.kernel[0] * window.kernel[1]
    tiles = split_into_tiles(len(x), height, 4 * row_numbers, threads if 8 * work > MIN_PARALLEL_MACS else 1)
    columns = _taps(window, 1, slice(0, width))
    left = _window_starts(slice(0, width), window.stride[1], window.pad[1])
    shape = (tiles[0].images, tiles[0].rows, width, channels)
    numbers = -(-shape[0] * shape[1] * width * channels // 4)  # booleans: four in the place of a number

    def calls(i: int, scratch: Sequence[Array]) -> list[Call]:
        tile = tiles[i]
        is_better = scratch[0].view(np.bool_)[: shape[0] * shape[1] * width * channels].reshape(shape)
        best, where = y[tile.n, tile.h], positions[tile.n, tile.h]
        better = is_better[: tile.images, : tile.rows]
        top = _window_starts(tile.h, stride, pad)
        corner = ((top * np.float32(in_width))[:, None] + left)[..., None]
        steps: list[Call] = [partial(best.fill, empty), copy_into(where, -1 - corner)]
        for row, down in _taps(window, 0, tile.h).items():
            for column, across in columns.items():
                out = (slice(None), down.out, across.out)
                values = x[tile.n, down.input, across.input]
                position = np.float32(row * in_width + column)
                steps += [
                    partial(np.greater, values, best[out], out=better[out]),
                    partial(np.copyto, where[out], position, where=better[out]),
                    partial(np.fmax, best[out], values, out=best[out]),
                ]
        return [*steps, partial(np.add, where, corner, out=where)]

    return [make_phase(len(tiles), calls, (numbers,))]


def _window_starts(out: slice, stride: int, pad: int) -> Array:
    """Where the windows of these outputs start along an axis, the padding being negative."""
    return np.arange(out.start, out.stop, dtype=np.float32) * np.float32(stride) - np.float32(pad)


def global_average_pool(x: Array, y: Array, epilogue: Sequence[EpilogueOp], threads: int) -> list[Phase]:
    """y = epilogue(the mean of each channel): N x H x W x C to N x 1 x 1 x C, as a product with a row of 1/(H*W)."""
    images, height, width, channels = x.shape
    weights = np.full((1, height * width), 1 / (height * width), np.float32)
    output = TileOutput(y, epilogue)
    split = images < threads and x.size > MIN_PARALLEL_MACS
    parts = max(1, min(threads, channels // 64)) if split else 1
    step = -(-channels // parts)
    spans = [slice(c, min(c + step, channels)) for c in range(0, channels, step)]
    shares = [(n, span) for n in range(images) for span in spans]

    def calls(i: int, scratch: Sequence[Array]) -> list[Call]:
        n, span = shares[i]
        index = (slice(n, n + 1), slice(0, 1), ALL, span)
        result = output.buffer(index, scratch[0])
        image = view(x[n, :, :, span], height * width, span.stop - span.start)
        multiply = partial(np.matmul, weights, image, result.reshape(1, -1))
        return [multiply, *output.finish(result, index)]

    return [make_phase(len(shares), calls, (step,))]
