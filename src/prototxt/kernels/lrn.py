"""Local response normalisation without numpy.power, which is twenty times slower than a square root."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from prototxt.kernels.epilogue import EpilogueOp, TileOutput
from prototxt.kernels.phases import MIN_PARALLEL_MACS, Call, Phase, copy_into, make_phase
from prototxt.kernels.tiling import split_into_tiles

__all__ = ["LRNParams", "lrn_across_channels"]

Array = NDArray[np.float32]


class LRNParams(NamedTuple):
    """The numbers of x * (k + alpha/size * sum of squares over `size` neighbouring channels)^-beta."""

    size: int
    alpha: float
    beta: float
    k: float


def lrn_across_channels(
    x: Array, params: LRNParams, y: Array, epilogue: Sequence[EpilogueOp], threads: int
) -> list[Phase]:
    """y = epilogue(x normalised across channels), N x H x W x C.

    Squares lie in rows with zeros between them, so that a sum over neighbours is a sum of the whole memory with itself
    shifted by one: long runs, whatever the number of channels.
    """
    size, alpha, beta, k = params
    images, height, width, channels = x.shape
    half, row = size // 2, channels + size - 1
    output = TileOutput(y, epilogue)
    min_tiles = threads if x.size * 16 > MIN_PARALLEL_MACS else 1
    tiles = split_into_tiles(images, height, 4 * width * 4 * row, min_tiles)
    positions = tiles[0].images * tiles[0].rows * width
    scale, start = np.float32(alpha / size), np.float32(k)

    def calls(i: int, scratch: Sequence[Array]) -> list[Call]:
        squares, total, spare = scratch
        tile = tiles[i]
        index, source = tile.blob_index(), x[tile.n, tile.h]
        length = tile.images * tile.rows * width * row
        rows = squares[:length].reshape(*source.shape[:3], row)
        sums, result = total[:length], output.buffer(index, spare)
        zeros = (rows[..., :half], rows[..., half + channels :], squares[length : length + size])
        shifted = [squares[shift : length + shift] for shift in range(size)]
        return [
            *(partial(edge.fill, 0) for edge in zeros),
            partial(np.square, source, rows[..., half : half + channels]),
            partial(np.add, shifted[0], shifted[1], sums) if size > 1 else copy_into(sums, shifted[0]),
            *(partial(np.add, sums, values, sums) for values in shifted[2:]),
            partial(np.multiply, sums, scale, sums),
            partial(np.add, sums, start, sums),
            *_raise_to_power(sums, squares[:length], beta),
            partial(np.divide, source, sums.reshape(rows.shape)[..., :channels], result),
            *output.finish(result, index),
        ]

    sums_size = positions * row + size
    return [make_phase(len(tiles), calls, (sums_size,), (sums_size,), (positions * channels,))]


def _raise_to_power(base: Array, scratch: Array, beta: float) -> list[Call]:
    """base = base ** beta."""
    if beta == 0.75:
        roots = [partial(np.sqrt, base, scratch), partial(np.sqrt, scratch, base)]
        return [*roots, partial(np.multiply, base, scratch, base)]
    if beta == 0.5:
        return [partial(np.sqrt, base, base)]
    return [] if beta == 1 else [partial(np.power, base, np.float32(beta), base)]
