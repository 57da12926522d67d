"""Depthwise convolution: every channel has its own kernel, so that a tap is a product of two rows of memory."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from prototxt.kernels.epilogue import EpilogueOp, TileOutput
from prototxt.kernels.phases import MIN_PARALLEL_MACS, Call, Phase, make_phase
from prototxt.kernels.tiling import split_into_tiles
from prototxt.kernels.window import PaddedInput, Window2d, window_view

__all__ = ["convolve_depthwise", "repeat_kernels"]

Array = NDArray[np.float32]


def repeat_kernels(weight: Array, width: int) -> Array:
    """Kernels of C x 1 x kernel_h x kernel_w as kernel_h x kernel_w x (width * C), repeated for every column."""
    return np.tile(weight[:, 0].transpose(1, 2, 0), (1, 1, width))


def convolve_depthwise(
    x: Array, kernels: Array, window: Window2d, y: Array, epilogue: Sequence[EpilogueOp], threads: int
) -> list[Phase]:
    """y = epilogue(depthwise convolution of x): N x H x W x C to N x OH x OW x C.

    `kernels` comes from `repeat_kernels` with the output's width. One call adds up all taps: `einsum` multiplies and
    adds in one pass over memory, where two operations would take two.
    """
    padded, output = PaddedInput(x, window), TileOutput(y, epilogue)
    channels, (height, width) = x.shape[3], window.out
    row_numbers = channels * (width + window.span[1] * window.stride[0])
    macs = len(x) * height * width * channels * prod(window.kernel)
    tiles = split_into_tiles(len(x), height, 4 * row_numbers, threads if macs > MIN_PARALLEL_MACS else 1)
    first = tiles[0]

    def calls(i: int, scratch: Sequence[Array]) -> list[Call]:
        edge, spare = scratch
        tile = tiles[i]
        index = tile.blob_index()
        under, fill = padded.under(tile, edge)
        result = output.buffer(index, spare)
        return [*fill, _sum_taps(under, kernels, window, result), *output.finish(result, index)]

    result_size = (first.images * first.rows * width * channels,)
    return [make_phase(len(tiles), calls, padded.shape(first.images, first.rows), result_size)]


def _sum_taps(padded: Array, kernels: Array, window: Window2d, result: Array) -> Call:
    """The sum over all taps, written to `result`, N x OH x OW x C."""
    images, rows, width, channels = result.shape
    image, row, column, channel = padded.strides
    (kh, kw), (sh, sw), _, (dh, dw), *_ = window
    if sw == 1 and column == channel * channels:  # a row of the output reads a row of memory
        shape = (kh, kw, images, rows, width * channels)
        strides = (row * dh, column * dw, image, row * sh, channel)
        view = as_strided(padded, shape, strides, writeable=False)
        return partial(np.einsum, "uvnhi,uvi->nhi", view, kernels, out=result.reshape(shape[2:]))
    view = window_view(padded, window, rows)
    return partial(np.einsum, "nhwuvc,uvc->nhwc", view, kernels[:, :, :channels], out=result)
