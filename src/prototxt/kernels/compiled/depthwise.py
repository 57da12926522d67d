"""Depthwise convolution in one pass: all taps, the bias and ReLU of a value before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from prototxt.kernels.compiled.compile import (
    LINE,
    NUMBER,
    SPAN,
    STRIDES,
    WINDOW,
    Array,
    Position,
    Span,
    Strides,
    as_line,
    compiled,
    inlined,
    locate,
    strides,
)
from prototxt.kernels.compiled.tasks import make_compiled_phase
from prototxt.kernels.epilogue import EpilogueOp, relu
from prototxt.kernels.phases import MIN_PARALLEL_MACS, Phase
from prototxt.kernels.tiling import split_into_tiles
from prototxt.kernels.window import Window2d

__all__ = ["convolve_depthwise", "kernels_by_tap"]


def kernels_by_tap(weight: Array) -> Array:
    """Kernels of C x 1 x kernel_h x kernel_w as one line, kernel_h x kernel_w x C."""
    return np.ascontiguousarray(weight[:, 0].transpose(1, 2, 0)).reshape(-1)


def convolve_depthwise(
    x: Array,
    kernels: Array,
    bias: Array,
    window: Window2d,
    y: Array,
    epilogue: Sequence[EpilogueOp],
    threads: int,
) -> list[Phase]:
    """y = epilogue(depthwise convolution of x, plus bias): N x H x W x C to N x OH x OW x C.

    `kernels` comes from `kernels_by_tap`. A ReLU at the start of the epilogue is part of the pass.
    """
    images, channels = len(x), x.shape[3]
    height, width = window.out
    has_relu = list(epilogue[:1]) == [relu]
    floor, rest = (0.0, epilogue[1:]) if has_relu else (-np.inf, epilogue)
    macs = images * height * width * channels * prod(window.kernel)
    row_numbers = channels * (width + window.span[1] * window.stride[0])
    min_tiles = 2 * threads if macs > MIN_PARALLEL_MACS else 1
    tiles = split_into_tiles(images, height, 4 * row_numbers, min_tiles)
    arguments = (as_line(x), strides(x), kernels, bias, floor, as_line(y), strides(y), window)
    return make_compiled_phase(y, tiles, rest, lambda span, _: _depthwise(*arguments, span))


@inlined
def _three(
    x: Array, at: Position, across: np.uintp, kernels: Array, tap: Position, channels: np.uintp
) -> float:
    """Three taps side by side."""
    middle, last = at + across, at + across + across
    second, third = tap + channels, tap + channels + channels
    total: float = x[at] * kernels[tap] + x[middle] * kernels[second] + x[last] * kernels[third]
    return total


@compiled(LINE, STRIDES, LINE, LINE, NUMBER, LINE, STRIDES, WINDOW, SPAN)
def _depthwise(
    x: Array,
    x_strides: Strides,
    kernels: Array,
    bias: Array,
    floor: float,
    y: Array,
    y_strides: Strides,
    window: Window2d,
    span: Span,
) -> None:
    """y = max(bias + sum over taps of x * kernels, floor) for some images and rows of y."""
    (kh, kw), (sh, sw), (ph, pw), (dh, dw), size, (_, width) = window
    channels = np.uintp(len(bias))
    down, across, row_of_taps = (
        np.uintp(x_strides[1] * dh),
        np.uintp(x_strides[2] * dw),
        np.uintp(3) * channels,
    )
    for n in range(span[0], span[1]):
        for oh in range(span[2], span[3]):
            for ow in range(width):
                h, w = oh * sh - ph, ow * sw - pw
                out = locate(y_strides, n, oh, ow)
                inside = h >= 0 and w >= 0 and h + 2 * dh < size[0] and w + 2 * dw < size[1]
                if inside and kh == 3 and kw == 3:
                    at = locate(x_strides, n, h, w)
                    for c in range(channels):
                        value = bias[c] + _three(x, at + c, across, kernels, c, channels)
                        value += _three(x, at + down + c, across, kernels, row_of_taps + c, channels)
                        last = row_of_taps + row_of_taps + c
                        value += _three(x, at + down + down + c, across, kernels, last, channels)
                        y[out + c] = floor if value < floor else value
                    continue
                for c in range(channels):
                    y[out + c] = bias[c]
                for u in range(kh):
                    for v in range(kw):
                        i, j = h + u * dh, w + v * dw
                        if 0 <= i < size[0] and 0 <= j < size[1]:
                            at, tap = locate(x_strides, n, i, j), np.uintp(u * kw + v) * channels
                            for c in range(channels):
                                y[out + c] += x[at + c] * kernels[tap + c]
                for c in range(channels):
                    y[out + c] = floor if y[out + c] < floor else y[out + c]
