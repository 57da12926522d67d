"""Local response normalisation without numpy.power, which is twenty times slower than a square root."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from prototxt.kernels.epilogue import Action, Target
from prototxt.kernels.work import LEAST, Op, Phase, carve, prepared, put, room_for, tiles

Array = NDArray[np.float32]


def lrn_across(
    x: Array,
    size: int,
    alpha: float,
    beta: float,
    k: float,
    y: Array,
    actions: Sequence[Action],
    threads: int,
) -> list[Phase]:
    """y = actions(x * (k + alpha/size * sum of x^2 over `size` neighbouring channels)^-beta), N x H x W x C.

    Squares lie in rows with zeros between them, so that a sum over neighbours is a sum of the whole memory with itself
    moved on by one: long runs, whatever the number of channels.
    """
    images, height, width, channels = x.shape
    half, row = size // 2, channels + size - 1
    target = Target(y, actions)
    cuts = tiles(images, height, 4 * width * 4 * row, threads if x.size * 16 > LEAST else 1)
    most = cuts[0].images * cuts[0].rows * width
    shapes = [(most * row + size,), (most * row + size,), (most * channels,)]
    share, start = np.float32(alpha / size), np.float32(k)

    def worker(scratch: Array) -> Callable[[int], None]:
        squares, total, spare = carve(scratch, *shapes)

        def ops(i: int) -> list[Op]:
            tile = cuts[i]
            at = (tile.n, tile.h, slice(None), slice(None))
            seen = x[tile.n, tile.h]
            length = tile.images * tile.rows * width * row
            rows = squares[:length].reshape(*seen.shape[:3], row)
            sums, made = total[:length], target.tile(at, spare)
            edges = (rows[..., :half], rows[..., half + channels :], squares[length : length + size])
            shifted = [squares[shift : length + shift] for shift in range(size)]
            return [
                *(partial(edge.fill, 0) for edge in edges),
                partial(np.square, seen, rows[..., half : half + channels]),
                partial(np.add, shifted[0], shifted[1], sums) if size > 1 else put(sums, shifted[0]),
                *(partial(np.add, sums, values, sums) for values in shifted[2:]),
                partial(np.multiply, sums, share, sums),
                partial(np.add, sums, start, sums),
                *_power(sums, squares[:length], beta),
                partial(np.divide, seen, sums.reshape(rows.shape)[..., :channels], made),
                *target.done(made, at),
            ]

        return prepared(len(cuts), ops)

    return [Phase(len(cuts), worker, room_for(*shapes))]


def _power(base: Array, spare: Array, beta: float) -> list[Op]:
    """base = base ** beta."""
    if beta == 0.75:
        roots = [partial(np.sqrt, base, spare), partial(np.sqrt, spare, base)]
        return [*roots, partial(np.multiply, base, spare, base)]
    if beta == 0.5:
        return [partial(np.sqrt, base, base)]
    return [] if beta == 1 else [partial(np.power, base, np.float32(beta), base)]
