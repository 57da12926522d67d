"""What is done to a tile as soon as it is made, while it is still in the cache: bias, a residual sum, a neuron.

Tiles are contiguous, (images, rows, W, C); each action works in place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Index = tuple[Any, ...]

Action = Callable[[Array, Index], None]
"""Changes a tile in place; the index says where in the blob the tile lies."""

RUN = 4096
"""Numbers that an operation per channel handles in one go: NumPy is slow at short rows."""

ZERO, INFINITY = np.float32(0), np.float32(np.inf)


class PerChannel:
    """tile[..., c] = combine(tile[..., c], values[c])."""

    __slots__ = ("_rows", "combine", "values")

    def __init__(self, combine: np.ufunc, values: Array) -> None:
        self.combine, self.values = combine, values
        self._rows: dict[tuple[int, int, int], Array] = {}

    def __call__(self, tile: Array, at: Index) -> None:
        channels = tile.shape[-1]
        first = (at[-1].start or 0) if channels < len(self.values) else 0
        key = (first, channels, tile.size)
        if key not in self._rows:
            repeated = _divisor(tile.size // channels, max(1, RUN // channels))
            self._rows[key] = np.tile(self.values[first : first + channels], repeated)
        runs = tile.reshape(-1, self._rows[key].size)
        self.combine(runs, self._rows[key], out=runs)


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

    def __call__(self, tile: Array, at: Index) -> None:
        self.combine(tile, self.other[at], out=tile)


def relu(tile: Array, at: Index) -> None:
    """max(tile, 0). Clipping takes a third of the time of `np.maximum` with a number."""
    tile.clip(ZERO, INFINITY, out=tile)


def leaky_relu(slope: float) -> Action:
    """tile where it is positive, else slope * tile."""
    factor, choose = np.float32(slope), np.maximum if slope <= 1 else np.minimum

    def act(tile: Array, at: Index) -> None:
        flat = tile.reshape(-1)
        for start in range(0, flat.size, 4 * RUN):  # so that the product stays in the cache
            run = flat[start : start + 4 * RUN]
            choose(run, run * factor, out=run)

    return act


def prelu(slopes: Array) -> Action:
    """tile where it is positive, else slopes[c] * tile; a scalar serves all channels."""
    if slopes.ndim == 0:
        return leaky_relu(float(slopes))
    times = multiply_row(slopes)

    def act(tile: Array, at: Index) -> None:
        negative = np.minimum(tile, ZERO)
        times(negative, at)
        relu(tile, at)
        tile += negative

    return act


def call(function: Callable[[Array], Array]) -> Action:
    """tile = function(tile), where the function sees it as N x C x H x W."""

    def act(tile: Array, at: Index) -> None:
        seen = tile.transpose(0, 3, 1, 2)
        seen[...] = function(seen)

    return act


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

    def done(self, tile: Array, at: Index) -> None:
        """Finish a tile that has been written."""
        for action in self._actions:
            action(tile, at)
        goal = self._y[at]
        if not goal.flags.c_contiguous:
            goal[...] = tile
