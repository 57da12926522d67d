"""Element-wise work: copies of blobs through an epilogue, tile by tile."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from prototxt.kernels.epilogue import EpilogueOp, TileOutput
from prototxt.kernels.phases import MIN_PARALLEL_MACS, Call, Phase, copy_into, make_phase
from prototxt.kernels.tiling import split_into_tiles

__all__ = ["elementwise", "shuffle_channels"]

Array = NDArray[np.float32]


def _copy(result: Array, source: Array) -> list[Call]:
    return [copy_into(result, source)]


def elementwise(
    x: Array,
    y: Array,
    epilogue: Sequence[EpilogueOp],
    threads: int,
    fill: Callable[[Array, Array], list[Call]] = _copy,
) -> list[Phase]:
    """y = epilogue(x), blobs of the same shape, N x H x W x C; `fill(result, source)` brings over a tile of x."""
    images, height, width, channels = x.shape
    output = TileOutput(y, epilogue)
    min_tiles = threads if x.size * 16 > MIN_PARALLEL_MACS else 1
    tiles = split_into_tiles(images, height, 8 * width * channels, min_tiles)

    def calls(i: int, scratch: Sequence[Array]) -> list[Call]:
        index = tiles[i].blob_index()
        result = output.buffer(index, scratch[0])
        return [*fill(result, x[index]), *output.finish(result, index)]

    return [make_phase(len(tiles), calls, (tiles[0].images * tiles[0].rows * width * channels,))]


def shuffle_channels(
    x: Array, group: int, y: Array, epilogue: Sequence[EpilogueOp], threads: int
) -> list[Phase]:
    """y = epilogue(x with channel i * C/group + j at j * group + i), N x H x W x C."""
    length = x.shape[-1] // group
    if group < length:
        runs = [(slice(i, None, group), slice(i * length, (i + 1) * length)) for i in range(group)]
    else:
        runs = [(slice(j * group, (j + 1) * group), slice(j, None, length)) for j in range(length)]

    def fill(result: Array, source: Array) -> list[Call]:
        return [copy_into(result[..., target], source[..., origin]) for target, origin in runs]

    return elementwise(x, y, epilogue, threads, fill)
