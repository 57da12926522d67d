"""Max and average pooling in one pass: all values of a window before one is written."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from prototxt.kernels.compiled.compile import (
    COUNT,
    LINE,
    POOL,
    SPAN,
    STEPS,
    Array,
    Index,
    Number,
    Span,
    Steps,
    compiled,
    inlined,
    line,
    place,
    steps,
)
from prototxt.kernels.compiled.tasks import tasks
from prototxt.kernels.epilogue import Action
from prototxt.kernels.pool import PoolGeometry
from prototxt.kernels.work import LEAST, Phase, Tile, tiles

LOWEST, ZERO = np.float32(np.finfo(np.float32).min), np.float32(0)


def pool_max(
    x: Array, geometry: PoolGeometry, y: Array, actions: Sequence[Action], threads: int
) -> list[Phase]:
    """y = actions(the largest value of every window): N x H x W x C to N x OH x OW x C.

    An empty window gives -FLT_MAX, and NaN is never larger than another value, as in Caffe.
    """
    given = (line(x), steps(x), line(y), steps(y), x.shape[3], geometry)
    return tasks(y, _cuts(x, geometry, threads), actions, lambda span, _: _max(*given, span))


def pool_average(
    x: Array, geometry: PoolGeometry, divisors: Array, y: Array, actions: Sequence[Action], threads: int
) -> list[Phase]:
    """y = actions(the sum of every window over its divisor, one per position: OH x OW)."""
    given = (line(x), steps(x), line(y), steps(y), x.shape[3], divisors.reshape(-1), geometry)
    return tasks(y, _cuts(x, geometry, threads), actions, lambda span, _: _average(*given, span))


def _cuts(x: Array, geometry: PoolGeometry, threads: int) -> list[Tile]:
    images, _, width, channels = x.shape
    work = images * prod(geometry.out) * channels * prod(geometry.kernel)
    taken = channels * (width * geometry.stride[0] + geometry.out[1])
    return tiles(images, geometry.out[0], 4 * taken, 2 * threads if work > LEAST else 1)


@inlined
def _larger(one: Number, other: Number) -> Number:
    return one if one > other else other


@inlined
def _largest(x: Array, at: Index, across: np.uintp, most: Number) -> Number:
    """The largest of three values side by side and `most`."""
    middle, last = at + across, at + across + across
    return _larger(x[last], _larger(x[middle], _larger(x[at], most)))


@compiled(LINE, STEPS, LINE, STEPS, COUNT, POOL, SPAN)
def _max(
    x: Array,
    x_steps: Steps,
    y: Array,
    y_steps: Steps,
    channels: int,
    geometry: PoolGeometry,
    span: Span,
) -> None:
    (kh, kw), (sh, sw), (ph, pw), (height, width), (_, across) = geometry
    down, right = np.uintp(x_steps[1]), np.uintp(x_steps[2])
    for n in range(span[0], span[1]):
        for oh in range(span[2], span[3]):
            for ow in range(across):
                made = place(y_steps, n, oh, ow)
                top, bottom = max(oh * sh - ph, 0), min(oh * sh - ph + kh, height)
                first, last = max(ow * sw - pw, 0), min(ow * sw - pw + kw, width)
                if bottom - top == 3 and last - first == 3:
                    at = place(x_steps, n, top, first)
                    for c in range(channels):
                        most = _largest(x, at + c, right, LOWEST)
                        most = _largest(x, at + down + c, right, most)
                        y[made + c] = _largest(x, at + down + down + c, right, most)
                    continue
                for c in range(channels):
                    y[made + c] = LOWEST
                for i in range(top, bottom):
                    for j in range(first, last):
                        at = place(x_steps, n, i, j)
                        for c in range(channels):
                            y[made + c] = _larger(x[at + c], y[made + c])


@inlined
def _sum(x: Array, at: Index, across: np.uintp) -> float:
    """The sum of three values side by side."""
    middle, last = at + across, at + across + across
    total: float = x[at] + x[middle] + x[last]
    return total


@compiled(LINE, STEPS, LINE, STEPS, COUNT, LINE, POOL, SPAN)
def _average(
    x: Array,
    x_steps: Steps,
    y: Array,
    y_steps: Steps,
    channels: int,
    divisors: Array,
    geometry: PoolGeometry,
    span: Span,
) -> None:
    (kh, kw), (sh, sw), (ph, pw), (height, width), (_, across) = geometry
    down, right = np.uintp(x_steps[1]), np.uintp(x_steps[2])
    for n in range(span[0], span[1]):
        for oh in range(span[2], span[3]):
            for ow in range(across):
                made, divisor = place(y_steps, n, oh, ow), divisors[oh * across + ow]
                top, bottom = max(oh * sh - ph, 0), min(oh * sh - ph + kh, height)
                first, last = max(ow * sw - pw, 0), min(ow * sw - pw + kw, width)
                if bottom - top == 3 and last - first == 3:
                    at = place(x_steps, n, top, first)
                    for c in range(channels):
                        total = _sum(x, at + c, right) + _sum(x, at + down + c, right)
                        y[made + c] = (total + _sum(x, at + down + down + c, right)) / divisor
                    continue
                for c in range(channels):
                    y[made + c] = ZERO
                for i in range(top, bottom):
                    for j in range(first, last):
                        at = place(x_steps, n, i, j)
                        for c in range(channels):
                            y[made + c] += x[at + c]
                for c in range(channels):
                    y[made + c] /= divisor
