"""Depthwise convolution in one pass: all taps, the bias and ReLU of a value before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from prototxt.kernels.compiled.compile import (
    LINE,
    NUMBER,
    PAIR,
    SPAN,
    STEPS,
    WINDOW,
    Array,
    Index,
    Pair,
    Span,
    Steps,
    compiled,
    inlined,
    line,
    place,
    steps,
)
from prototxt.kernels.compiled.tasks import tasks
from prototxt.kernels.epilogue import Action, relu
from prototxt.kernels.window import Geometry
from prototxt.kernels.work import LEAST, Phase, tiles


def by_tap(weight: Array) -> Array:
    """Kernels of C x 1 x kernel_h x kernel_w as one line, kernel_h x kernel_w x C."""
    return np.ascontiguousarray(weight[:, 0].transpose(1, 2, 0)).reshape(-1)


def convolve_depthwise(
    x: Array,
    kernels: Array,
    bias: Array,
    geometry: Geometry,
    y: Array,
    actions: Sequence[Action],
    threads: int,
) -> list[Phase]:
    """y = actions(depthwise convolution of x, plus bias): N x H x W x C to N x OH x OW x C; `kernels` from `by_tap`."""
    images, *size, channels = x.shape
    height, width = geometry.out
    clipped = list(actions[:1]) == [relu]
    floor, rest = (0.0, actions[1:]) if clipped else (-np.inf, actions)
    work = images * height * width * channels * prod(geometry.kernel)
    taken = channels * (width + geometry.reach[1] * geometry.stride[0])
    cuts = tiles(images, height, 4 * taken, 2 * threads if work > LEAST else 1)
    given = (line(x), steps(x), (size[0], size[1]), kernels, bias, floor, line(y), steps(y), geometry)
    return tasks(y, cuts, rest, lambda span, _: _depthwise(*given, span))


@inlined
def _three(x: Array, at: Index, across: np.uintp, kernels: Array, tap: Index, channels: np.uintp) -> float:
    """Three taps side by side."""
    middle, last = at + across, at + across + across
    second, third = tap + channels, tap + channels + channels
    total: float = x[at] * kernels[tap] + x[middle] * kernels[second] + x[last] * kernels[third]
    return total


@compiled(LINE, STEPS, PAIR, LINE, LINE, NUMBER, LINE, STEPS, WINDOW, SPAN)
def _depthwise(
    x: Array,
    x_steps: Steps,
    size: Pair,
    kernels: Array,
    bias: Array,
    floor: float,
    y: Array,
    y_steps: Steps,
    geometry: Geometry,
    span: Span,
) -> None:
    """y = max(bias + sum over taps of x * kernels, floor) for some images and rows of y."""
    (kh, kw), (sh, sw), (ph, pw), (dh, dw), (_, width) = geometry
    channels = np.uintp(len(bias))
    down, across, row_of_taps = np.uintp(x_steps[1] * dh), np.uintp(x_steps[2] * dw), np.uintp(3) * channels
    for n in range(span[0], span[1]):
        for oh in range(span[2], span[3]):
            for ow in range(width):
                h, w = oh * sh - ph, ow * sw - pw
                made = place(y_steps, n, oh, ow)
                inside = h >= 0 and w >= 0 and h + 2 * dh < size[0] and w + 2 * dw < size[1]
                if inside and kh == 3 and kw == 3:
                    at = place(x_steps, n, h, w)
                    for c in range(channels):
                        value = bias[c] + _three(x, at + c, across, kernels, c, channels)
                        value += _three(x, at + down + c, across, kernels, row_of_taps + c, channels)
                        last = row_of_taps + row_of_taps + c
                        value += _three(x, at + down + down + c, across, kernels, last, channels)
                        y[made + c] = floor if value < floor else value
                    continue
                for c in range(channels):
                    y[made + c] = bias[c]
                for u in range(kh):
                    for v in range(kw):
                        i, j = h + u * dh, w + v * dw
                        if 0 <= i < size[0] and 0 <= j < size[1]:
                            at, tap = place(x_steps, n, i, j), np.uintp(u * kw + v) * channels
                            for c in range(channels):
                                y[made + c] += x[at + c] * kernels[tap + c]
                for c in range(channels):
                    y[made + c] = floor if y[made + c] < floor else y[made + c]
