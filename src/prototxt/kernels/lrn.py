"""Local response normalisation without numpy.power, which is twenty times slower than a square root."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from prototxt.kernels.after import Action, Target
from prototxt.kernels.work import LEAST, Phase, carve, room_for, tiles

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

        def run(i: int) -> None:
            tile = cuts[i]
            at = (tile.n, tile.h, slice(None), slice(None))
            seen = x[tile.n, tile.h]
            count = tile.images * tile.rows * width
            rows = squares[: count * row].reshape(*seen.shape[:3], row)
            rows[..., :half] = 0
            rows[..., half + channels :] = 0
            squares[count * row :] = 0
            np.square(seen, out=rows[..., half : half + channels])
            length = count * row
            sums = total[:length]
            np.add(squares[:length], squares[1 : length + 1], out=sums) if size > 1 else np.copyto(
                sums, squares[:length]
            )
            for shift in range(2, size):
                sums += squares[shift : length + shift]
            sums *= share
            sums += start
            made = target.tile(at, spare)
            power = _power(sums, squares[:length], beta)
            np.divide(seen, power.reshape(rows.shape)[..., :channels], out=made)
            target.done(made, at)

        return run

    return [Phase(len(cuts), worker, room_for(*shapes))]


def _power(base: Array, spare: Array, beta: float) -> Array:
    """base ** beta, written over `base`."""
    if beta == 0.75:
        np.sqrt(base, out=spare)
        np.sqrt(spare, out=base)
        base *= spare
    elif beta == 0.5:
        np.sqrt(base, out=base)
    elif beta != 1:
        np.power(base, np.float32(beta), out=base)
    return base
