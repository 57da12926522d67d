"""Local response normalisation in one pass: the squares, sums and roots of a position stay in the first-level cache."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prototxt.kernels.compiled.compile import (
    COUNT,
    LINE,
    NUMBER,
    SPAN,
    STRIDES,
    Array,
    Span,
    Strides,
    as_line,
    compiled,
    locate,
    strides,
)
from prototxt.kernels.compiled.tasks import make_compiled_phase
from prototxt.kernels.epilogue import EpilogueOp
from prototxt.kernels.lrn import LRNParams
from prototxt.kernels.phases import MIN_PARALLEL_MACS, Phase
from prototxt.kernels.tiling import split_into_tiles

__all__ = ["BETA", "lrn_across_channels"]

BETA = 0.75
"""The exponent that these kernels know: its power is two square roots."""

ZERO = np.float32(0)


def lrn_across_channels(
    x: Array, params: LRNParams, y: Array, epilogue: Sequence[EpilogueOp], threads: int
) -> list[Phase]:
    """y = epilogue(x normalised across channels with an exponent of BETA), N x H x W x C."""
    images, height, width, channels = x.shape
    size, scale = params.size, params.alpha / params.size
    min_tiles = 2 * threads if x.size * 8 > MIN_PARALLEL_MACS else 1
    tiles = split_into_tiles(images, height, 8 * width * channels, min_tiles)
    arguments = (as_line(x), strides(x), as_line(y), strides(y), width, channels, size, scale, params.k)

    def compute(span: Span, scratch: Array) -> None:
        _lrn(*arguments, scratch, span)

    return make_compiled_phase(y, tiles, epilogue, compute, channels + size)


@compiled(LINE, STRIDES, LINE, STRIDES, COUNT, COUNT, COUNT, NUMBER, NUMBER, LINE, SPAN)
def _lrn(
    x: Array,
    x_strides: Strides,
    y: Array,
    y_strides: Strides,
    width: int,
    channels: int,
    size: int,
    scale: float,
    k: float,
    squares: Array,
    span: Span,
) -> None:
    """The squares of a position lie in `squares`, with zeros before and after them."""
    half, one = size // np.uintp(2), np.uintp(1)
    two, three, four = one + one, one + one + one, one + one + one + one
    for i in range(len(squares)):
        squares[i] = ZERO
    for n in range(span[0], span[1]):
        for h in range(span[2], span[3]):
            for w in range(np.int64(width)):
                at, out = locate(x_strides, n, h, w), locate(y_strides, n, h, w)
                for c in range(channels):
                    squares[half + c] = x[at + c] * x[at + c]
                if size == 5:
                    for c in range(channels):
                        near = squares[c + one] + squares[c + two] + squares[c + three]
                        y[out + c] = squares[c] + near + squares[c + four]
                else:
                    for c in range(channels):
                        y[out + c] = squares[c]
                    for shift in range(one, size):
                        for c in range(channels):
                            y[out + c] += squares[c + shift]
                for c in range(channels):
                    root = np.sqrt(k + scale * y[out + c])
                    y[out + c] = x[at + c] / (root * np.sqrt(root))
