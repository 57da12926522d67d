"""Max and average pooling, one axis after the other: k + k passes over the data in place of k * k."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from prototxt.kernels.epilogue import Action, Target
from prototxt.kernels.layout import view
from prototxt.kernels.work import LEAST, Op, Phase, carve, prepared, put, room_for, tiles

Array = NDArray[np.float32]
Pair = tuple[int, int]

LOWEST = float(np.finfo(np.float32).min)
"""-FLT_MAX, the maximum of an empty window."""


class PoolGeometry(NamedTuple):
    """A pooling window over two axes: down, across; `size` is the input, `out` the output."""

    kernel: Pair
    stride: Pair
    pad: Pair
    size: Pair
    out: Pair


class _Tap(NamedTuple):
    """One position of a window along an axis: the outputs `made` that see the input there, at `seen`."""

    made: slice
    seen: slice


def _by_place(kernel: int, stride: int, pad: int, size: int, out: slice) -> dict[int, _Tap]:
    """By its place in the window, every tap that some of the outputs `out` see within the input."""
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


def _taps(kernel: int, stride: int, pad: int, size: int, out: slice) -> list[_Tap]:
    """The same, those that most outputs see first."""
    taps = _by_place(kernel, stride, pad, size, out).values()
    return sorted(taps, key=lambda tap: tap.made.start - tap.made.stop)


def _fold(combine: np.ufunc, x: Array, axis: int, taps: Sequence[_Tap], empty: float, y: Array) -> list[Op]:
    """y = `combine` over the taps of one axis; outputs that see nothing get `empty`."""
    before: tuple[slice, ...] = (slice(None),) * axis
    full = slice(0, y.shape[axis])
    seen = [x[(*before, tap.seen)] for tap in taps]
    ops: list[Op]
    if not taps or taps[0].made != full:
        ops, done = [partial(y.fill, empty)], 0
    elif len(taps) > 1 and taps[1].made == full:
        ops, done = [partial(combine, seen[0], seen[1], out=y)], 2
    else:
        ops, done = [put(y, seen[0])], 1
    for tap, values in zip(taps[done:], seen[done:], strict=True):
        part = y[(*before, tap.made)]
        ops.append(partial(combine, part, values, out=part))
    return ops


def pool(
    x: Array,
    geometry: PoolGeometry,
    combine: np.ufunc,
    empty: float,
    y: Array,
    actions: Sequence[Action],
    threads: int,
) -> list[Phase]:
    """y = actions(`combine` over every window): N x H x W x C to N x OH x OW x C.

    Values outside the image take no part; a window that sees none gives `empty`.
    """
    kernel, stride, pad, size, out = geometry
    target, channels = Target(y, actions), x.shape[3]
    taken = channels * (size[1] + out[1])
    work = len(x) * out[0] * size[1] * channels * kernel[0]
    cuts = tiles(len(x), out[0], 4 * taken, threads if 8 * work > LEAST else 1)
    down = {tile.h.start: _taps(kernel[0], stride[0], pad[0], size[0], tile.h) for tile in cuts}
    across = _taps(kernel[1], stride[1], pad[1], size[1], slice(0, out[1]))
    first = cuts[0]
    shapes = [
        (first.images, first.rows, size[1], channels),
        (first.images, first.rows, out[1], channels),
    ]

    def worker(scratch: Array) -> Callable[[int], None]:
        rows, spare = carve(scratch, *shapes)

        def ops(i: int) -> list[Op]:
            tile = cuts[i]
            at = (tile.n, tile.h, slice(None), slice(None))
            made = target.tile(at, spare)
            between = rows[: tile.images, : tile.rows]
            return [
                *_fold(combine, x[tile.n], 1, down[tile.h.start], empty, between),
                *_fold(combine, between, 2, across, empty, made),
                *target.done(made, at),
            ]

        return prepared(len(cuts), ops)

    return [Phase(len(cuts), worker, room_for(*shapes))]


def pool_places(x: Array, geometry: PoolGeometry, y: Array, places: Array, threads: int) -> list[Phase]:
    """y = the maximum of every window, places = where in the image it is first: row * W + column.

    A window that sees none (or only NaN) has LOWEST, at -1. Tap after tap in the order of rows, for the first counts.
    """
    kernel, stride, pad, size, out = geometry
    channels = x.shape[3]
    taken = channels * (stride[0] * size[1] + 3 * out[1])
    work = y.size * kernel[0] * kernel[1]
    cuts = tiles(len(x), out[0], 4 * taken, threads if 8 * work > LEAST else 1)
    across = _by_place(kernel[1], stride[1], pad[1], size[1], slice(0, out[1]))
    left = np.arange(out[1], dtype=np.float32) * np.float32(stride[1]) - np.float32(pad[1])
    first = cuts[0]
    shape = (first.images, first.rows, out[1], channels)

    def worker(scratch: Array) -> Callable[[int], None]:
        spare = scratch.view(np.bool_)[: first.images * first.rows * out[1] * channels].reshape(shape)

        def ops(i: int) -> list[Op]:
            tile = cuts[i]
            best, where, better = y[tile.n, tile.h], places[tile.n, tile.h], spare[: tile.images, : tile.rows]
            top = np.arange(tile.h.start, tile.h.stop, dtype=np.float32) * np.float32(stride[0]) - np.float32(
                pad[0]
            )
            corner = ((top * np.float32(size[1]))[:, None] + left)[..., None]
            made: list[Op] = [partial(best.fill, LOWEST), put(where, -1 - corner)]
            for row, down in _by_place(kernel[0], stride[0], pad[0], size[0], tile.h).items():
                for column, beside in across.items():
                    at = (slice(None), down.made, beside.made)
                    seen = x[tile.n, down.seen, beside.seen]
                    found, place = better[at], np.float32(row * size[1] + column)
                    made += [
                        partial(np.greater, seen, best[at], out=found),
                        partial(np.copyto, where[at], place, where=found),
                        partial(np.fmax, best[at], seen, out=best[at]),
                    ]
            return [*made, partial(np.add, where, corner, out=where)]

        return prepared(len(cuts), ops)

    return [Phase(len(cuts), worker, -(-first.images * first.rows * out[1] * channels // 4))]


def divide(by: Array) -> Action:
    """tile /= by, which holds a number per output position, OH x OW."""

    return lambda tile, at: [partial(np.divide, tile, by[at[1], :, None], tile)]


def average_all(x: Array, y: Array, actions: Sequence[Action], threads: int) -> list[Phase]:
    """y = actions(the mean of each channel): N x H x W x C to N x 1 x 1 x C, as a product with ones."""
    images, height, width, channels = x.shape
    share = np.full((1, height * width), 1 / (height * width), np.float32)
    target = Target(y, actions)
    parts = max(1, min(threads, channels // 64)) if images < threads and x.size > LEAST else 1
    step = -(-channels // parts)
    cuts = [(n, slice(c, min(c + step, channels))) for n in range(images) for c in range(0, channels, step)]

    def worker(scratch: Array) -> Callable[[int], None]:
        def ops(i: int) -> list[Op]:
            n, c = cuts[i]
            at = (slice(n, n + 1), slice(0, 1), slice(None), c)
            made, image = target.tile(at, scratch), view(x[n, :, :, c], height * width, c.stop - c.start)
            return [partial(np.matmul, share, image, made.reshape(1, -1)), *target.done(made, at)]

        return prepared(len(cuts), ops)

    return [Phase(len(cuts), worker, step)]
