"""Operations on a tile as soon as it is computed, while it is still in the cache: bias, residual sum, activation.

Tiles are contiguous, (images, rows, W, C); each operation works in place and returns the calls that do its work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from prototxt.kernels.phases import Call, copy_into
from prototxt.kernels.tiling import Index

__all__ = [
    "CombineWithBlob", "EpilogueOp", "PerChannelOp", "TileOutput", "add_per_channel", "apply_function",
    "clip_above", "combine_with_row", "divide_by_position", "leaky_relu", "multiply", "multiply_per_channel",
    "multiply_per_image", "prelu", "relu",
]  # fmt: skip

Array = NDArray[np.float32]

EpilogueOp = Callable[[Array, Index], list[Call]]
"""Changes a tile in place; the index says where in its blob the tile lies."""

MAX_RUN = 4096
"""Numbers that a per-channel operation handles in one go: NumPy is slow with short rows."""


class PerChannelOp:
    """tile[..., c] = combine(tile[..., c], values[c])."""

    __slots__ = ("combine", "values")

    def __init__(self, combine: np.ufunc, values: Array) -> None:
        self.combine, self.values = combine, values

    def __call__(self, tile: Array, index: Index) -> list[Call]:
        channels = tile.shape[-1]
        values = self.values if channels == len(self.values) else self.values[index[-1]]
        return [combine_with_row(self.combine, tile, values)]


def combine_with_row(combine: np.ufunc, tile: Array, row: Array) -> Call:
    """tile = combine(tile, row) for a number per channel, in runs of several rows, so that they are long."""
    repeats = _largest_divisor(tile.size // row.size, max(1, MAX_RUN // row.size))
    runs = tile.reshape(-1, repeats * row.size)
    return partial(combine, runs, np.tile(row, repeats), out=runs)


def _largest_divisor(number: int, limit: int) -> int:
    """The largest divisor up to `limit`."""
    return next(d for d in range(min(limit, number), 0, -1) if number % d == 0)


def add_per_channel(values: Array) -> PerChannelOp:
    """tile[..., c] += values[c]."""
    return PerChannelOp(np.add, values)


def multiply_per_channel(values: Array) -> PerChannelOp:
    """tile[..., c] *= values[c]."""
    return PerChannelOp(np.multiply, values)


@dataclass(frozen=True, slots=True, eq=False)
class CombineWithBlob:
    """tile = combine(tile, other) with a blob of the same shape, N x H x W x C: a residual sum, a product."""

    combine: np.ufunc
    other: Array

    def __call__(self, tile: Array, index: Index) -> list[Call]:
        return [partial(self.combine, tile, self.other[index], out=tile)]


def multiply_per_image(values: Array) -> EpilogueOp:
    """tile[n, ..., c] *= values[n, ..., c], with a number for every channel of every image: N x 1 x 1 x C."""
    return lambda tile, index: [partial(np.multiply, tile, values[index[0], :, :, index[-1]], out=tile)]


def divide_by_position(divisors: Array) -> EpilogueOp:
    """tile[:, h, w] /= divisors[h, w]."""
    return lambda tile, index: [partial(np.divide, tile, divisors[index[1], :, None], tile)]


def relu(tile: Array, index: Index) -> list[Call]:
    """max(tile, 0), with a row of zeros: `np.maximum` takes three times as long with a number."""
    return [combine_with_row(np.maximum, tile, np.zeros(tile.shape[-1], np.float32))]


def multiply(factor: float) -> EpilogueOp:
    """tile * factor, with a row of it."""
    return lambda tile, _: [combine_with_row(np.multiply, tile, np.full(tile.shape[-1], factor, np.float32))]


def clip_above(bound: float) -> EpilogueOp:
    """min(tile, bound), with a row of it."""
    return lambda tile, _: [combine_with_row(np.minimum, tile, np.full(tile.shape[-1], bound, np.float32))]


def leaky_relu(slope: float) -> EpilogueOp:
    """tile where it is positive, else slope * tile."""
    factor, choose = np.float32(slope), np.maximum if slope <= 1 else np.minimum

    def apply(tile: Array) -> None:
        flat = tile.reshape(-1)
        for start in range(0, flat.size, 4 * MAX_RUN):  # so that the product stays in the cache
            run = flat[start : start + 4 * MAX_RUN]
            choose(run, run * factor, out=run)

    return lambda tile, _: [partial(apply, tile)]


def prelu(slopes: Array) -> EpilogueOp:
    """tile where it is positive, else slopes[c] * tile; a scalar serves all channels."""
    if slopes.ndim == 0:
        return leaky_relu(float(slopes))

    def apply(tile: Array, own: Array) -> None:
        negative = np.minimum(tile, 0)
        negative *= own
        np.maximum(tile, 0, out=tile)
        tile += negative

    return lambda tile, index: [partial(apply, tile, slopes[index[-1]])]


def apply_function(function: Callable[[Array], Array]) -> EpilogueOp:
    """tile = function(tile), where the function takes and returns N x C x H x W."""

    def apply(tile: Array) -> None:
        tile[...] = function(tile)

    return lambda tile, _: [partial(apply, tile.transpose(0, 3, 1, 2))]


class TileOutput:
    """Where a task writes its tiles: straight into the blob where a tile is contiguous, else by way of scratch memory.

    `epilogue` is applied to each tile before it is complete.
    """

    __slots__ = ("_blob", "_epilogue")

    def __init__(self, blob: Array, epilogue: Sequence[EpilogueOp]) -> None:
        self._blob, self._epilogue = blob, epilogue

    def buffer(self, index: Index, scratch: Array) -> Array:
        """The memory to compute the tile in; `scratch` has the size of the largest tile."""
        place = self._blob[index]
        if place.flags.c_contiguous:
            return place
        return scratch.reshape(-1)[: place.size].reshape(place.shape)

    def finish(self, tile: Array, index: Index) -> list[Call]:
        """The calls that apply the epilogue to a computed tile and bring it to its place in the blob."""
        place = self._blob[index]
        calls = [call for op in self._epilogue for call in op(tile, index)]
        return calls if place.flags.c_contiguous else [*calls, copy_into(place, tile)]
