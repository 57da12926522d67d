"""Max and average pooling in one pass: all values of a window before one is written."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from prototxt.kernels.compiled.compile import (
    COUNT,
    LINE,
    NUMBER,
    SPAN,
    STRIDES,
    WINDOW,
    Array,
    Number,
    Position,
    Span,
    Strides,
    as_line,
    compiled,
    inlined,
    locate,
    strides,
)
from prototxt.kernels.compiled.tasks import make_compiled_phase
from prototxt.kernels.epilogue import EpilogueOp
from prototxt.kernels.phases import MIN_PARALLEL_MACS, Phase
from prototxt.kernels.tiling import Tile, split_into_tiles
from prototxt.kernels.window import Window2d

__all__ = ["average_pool", "max_pool"]

ZERO = np.float32(0)


def max_pool(
    x: Array, window: Window2d, empty: float, y: Array, epilogue: Sequence[EpilogueOp], threads: int
) -> list[Phase]:
    """y = epilogue(the largest value of every window): N x H x W x C to N x OH x OW x C.

    An empty window gives `empty`, and NaN is never larger than another value, as in Caffe.
    """
    arguments = (as_line(x), strides(x), as_line(y), strides(y), x.shape[3], empty, window)
    tiles = _split(x, window, threads)
    return make_compiled_phase(y, tiles, epilogue, lambda span, _: _max(*arguments, span))


def average_pool(
    x: Array, window: Window2d, divisors: Array, y: Array, epilogue: Sequence[EpilogueOp], threads: int
) -> list[Phase]:
    """y = epilogue(the sum of every window over its divisor, one per position: OH x OW)."""
    arguments = (as_line(x), strides(x), as_line(y), strides(y), x.shape[3], divisors.reshape(-1), window)
    tiles = _split(x, window, threads)
    return make_compiled_phase(y, tiles, epilogue, lambda span, _: _average(*arguments, span))


def _split(x: Array, window: Window2d, threads: int) -> list[Tile]:
    images, _, width, channels = x.shape
    work = images * prod(window.out) * channels * prod(window.kernel)
    row_numbers = channels * (width * window.stride[0] + window.out[1])
    min_tiles = 2 * threads if work > MIN_PARALLEL_MACS else 1
    return split_into_tiles(images, window.out[0], 4 * row_numbers, min_tiles)


@inlined
def _larger(one: Number, other: Number) -> Number:
    return one if one > other else other


@inlined
def _largest(x: Array, at: Position, across: np.uintp, best: Number) -> Number:
    """The largest of three values side by side and `best`."""
    middle, last = at + across, at + across + across
    return _larger(x[last], _larger(x[middle], _larger(x[at], best)))


@compiled(LINE, STRIDES, LINE, STRIDES, COUNT, NUMBER, WINDOW, SPAN)
def _max(
    x: Array,
    x_strides: Strides,
    y: Array,
    y_strides: Strides,
    channels: int,
    empty: float,
    window: Window2d,
    span: Span,
) -> None:
    (kh, kw), (sh, sw), (ph, pw), _, (height, width), (_, across) = window
    down, right = np.uintp(x_strides[1]), np.uintp(x_strides[2])
    for n in range(span[0], span[1]):
        for oh in range(span[2], span[3]):
            for ow in range(across):
                out = locate(y_strides, n, oh, ow)
                top, bottom = max(oh * sh - ph, 0), min(oh * sh - ph + kh, height)
                first, last = max(ow * sw - pw, 0), min(ow * sw - pw + kw, width)
                if bottom - top == 3 and last - first == 3:
                    at = locate(x_strides, n, top, first)
                    for c in range(channels):
                        best = _largest(x, at + c, right, empty)
                        best = _largest(x, at + down + c, right, best)
                        y[out + c] = _largest(x, at + down + down + c, right, best)
                    continue
                for c in range(channels):
                    y[out + c] = empty
                for i in range(top, bottom):
                    for j in range(first, last):
                        at = locate(x_strides, n, i, j)
                        for c in range(channels):
                            y[out + c] = _larger(x[at + c], y[out + c])


@inlined
def _sum(x: Array, at: Position, across: np.uintp) -> float:
    """The sum of three values side by side."""
    middle, last = at + across, at + across + across
    total: float = x[at] + x[middle] + x[last]
    return total


@compiled(LINE, STRIDES, LINE, STRIDES, COUNT, LINE, WINDOW, SPAN)
def _average(
    x: Array,
    x_strides: Strides,
    y: Array,
    y_strides: Strides,
    channels: int,
    divisors: Array,
    window: Window2d,
    span: Span,
) -> None:
    (kh, kw), (sh, sw), (ph, pw), _, (height, width), (_, across) = window
    down, right = np.uintp(x_strides[1]), np.uintp(x_strides[2])
    for n in range(span[0], span[1]):
        for oh in range(span[2], span[3]):
            for ow in range(across):
                out, divisor = locate(y_strides, n, oh, ow), divisors[oh * across + ow]
                top, bottom = max(oh * sh - ph, 0), min(oh * sh - ph + kh, height)
                first, last = max(ow * sw - pw, 0), min(ow * sw - pw + kw, width)
                if bottom - top == 3 and last - first == 3:
                    at = locate(x_strides, n, top, first)
                    for c in range(channels):
                        total = _sum(x, at + c, right) + _sum(x, at + down + c, right)
                        y[out + c] = (total + _sum(x, at + down + down + c, right)) / divisor
                    continue
                for c in range(channels):
                    y[out + c] = ZERO
                for i in range(top, bottom):
                    for j in range(first, last):
                        at = locate(x_strides, n, i, j)
                        for c in range(channels):
                            y[out + c] += x[at + c]
                for c in range(channels):
                    y[out + c] /= divisor
