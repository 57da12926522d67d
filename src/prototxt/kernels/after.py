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

    __slots__ = ("_long", "combine", "values")

    def __init__(self, combine: np.ufunc, values: Array) -> None:
        self.combine, self.values = combine, values
        self._long = np.tile(values, max(1, RUN // len(values)))

    def __call__(self, tile: Array, at: Index) -> None:
        combine, values, own = self.combine, self.values, at[-1]
        whole_row = tile.shape[-1] == len(values)
        row = self._long if whole_row else np.tile(values[own], max(1, RUN // tile.shape[-1]))
        flat = tile.reshape(-1)
        whole = flat.size - flat.size % row.size
        runs, rest = flat[:whole].reshape(-1, row.size), flat[whole:]
        if whole:
            combine(runs, row, out=runs)
        if rest.size:
            combine(rest, row[: rest.size], out=rest)


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
