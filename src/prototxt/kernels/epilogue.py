"""What is done to a tile as soon as it is made, while it is still in the cache: bias, a residual sum, a neuron.

Tiles are contiguous, (images, rows, W, C); each action works in place. An action gives the calls that do its work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prototxt.kernels.work import Op, put

Array = NDArray[np.float32]
Index = tuple[Any, ...]

Action = Callable[[Array, Index], list[Op]]
"""What changes a tile in place; the index says where in the blob the tile lies."""

RUN = 4096
"""Numbers that an operation per channel handles in one go: NumPy is slow at short rows."""


class PerChannel:
    """tile[..., c] = combine(tile[..., c], values[c])."""

    __slots__ = ("combine", "values")

    def __init__(self, combine: np.ufunc, values: Array) -> None:
        self.combine, self.values = combine, values

    def __call__(self, tile: Array, at: Index) -> list[Op]:
        channels = tile.shape[-1]
        own = self.values if channels == len(self.values) else self.values[at[-1]]
        return [_by_rows(self.combine, tile, own)]


def _by_rows(combine: np.ufunc, tile: Array, row: Array) -> Op:
    """combine(tile, row) in runs of several rows, so that they are long."""
    repeated = _divisor(tile.size // row.size, max(1, RUN // row.size))
    runs = tile.reshape(-1, repeated * row.size)
    return partial(combine, runs, np.tile(row, repeated), out=runs)


def _divisor(number: int, most: int) -> int:
    """The largest divisor up to `most`."""
    return next(d for d in range(min(most, number), 0, -1) if number % d == 0)


def add_row(values: Array) -> PerChannel:
    """tile[..., c] += values[c]."""
    return PerChannel(np.add, values)


def multiply_row(values: Array) -> PerChannel:
    """tile[..., c] *= values[c]."""
    return PerChannel(np.multiply, values)


@dataclass(frozen=True, slots=True, eq=False)
class CombineWith:
    """tile = combine(tile, other) with a blob of the same shape, N x H x W x C: a residual sum, a product."""

    combine: np.ufunc
    other: Array

    def __call__(self, tile: Array, at: Index) -> list[Op]:
        return [partial(self.combine, tile, self.other[at], out=tile)]


def multiply_images(values: Array) -> Action:
    """tile[n, ..., c] *= values[n, ..., c], with a number for every channel of every image: N x 1 x 1 x C."""
    return lambda tile, at: [partial(np.multiply, tile, values[at[0], :, :, at[-1]], out=tile)]


def relu(tile: Array, at: Index) -> list[Op]:
    """max(tile, 0), with a row of zeros: `np.maximum` takes three times as long with a number."""
    return [_by_rows(np.maximum, tile, np.zeros(tile.shape[-1], np.float32))]


def at_most(bound: float) -> Action:
    """min(tile, bound), with a row of it."""
    return lambda tile, _: [_by_rows(np.minimum, tile, np.full(tile.shape[-1], bound, np.float32))]


def leaky_relu(slope: float) -> Action:
    """tile where it is positive, else slope * tile."""
    factor, choose = np.float32(slope), np.maximum if slope <= 1 else np.minimum

    def act(tile: Array) -> None:
        flat = tile.reshape(-1)
        for start in range(0, flat.size, 4 * RUN):  # so that the product stays in the cache
            run = flat[start : start + 4 * RUN]
            choose(run, run * factor, out=run)

    return lambda tile, _: [partial(act, tile)]


def prelu(slopes: Array) -> Action:
    """tile where it is positive, else slopes[c] * tile; a scalar serves all channels."""
    if slopes.ndim == 0:
        return leaky_relu(float(slopes))

    def act(tile: Array, own: Array) -> None:
        negative = np.minimum(tile, 0)
        negative *= own
        np.maximum(tile, 0, out=tile)
        tile += negative

    return lambda tile, at: [partial(act, tile, slopes[at[-1]])]


def call(function: Callable[[Array], Array]) -> Action:
    """tile = function(tile), where the function sees it as N x C x H x W."""

    def act(seen: Array) -> None:
        seen[...] = function(seen)

    return lambda tile, _: [partial(act, tile.transpose(0, 3, 1, 2))]


class Target:
    """Where a task puts its tile: straight into the blob where that is in one piece, else through scratch memory."""

    __slots__ = ("_actions", "_y")

    def __init__(self, y: Array, actions: Sequence[Action]) -> None:
        self._y, self._actions = y, actions

    def tile(self, at: Index, spare: Array) -> Array:
        """The memory to write the tile to; `spare` has the size of the largest."""
        goal = self._y[at]
        if goal.flags.c_contiguous:
            return goal
        return spare.reshape(-1)[: goal.size].reshape(goal.shape)

    def done(self, tile: Array, at: Index) -> list[Op]:
        """What finishes a tile that has been written."""
        goal = self._y[at]
        ops = [op for action in self._actions for op in action(tile, at)]
        return ops if goal.flags.c_contiguous else [*ops, put(goal, tile)]
