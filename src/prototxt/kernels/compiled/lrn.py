"""Local response normalisation in one pass: the squares, sums and roots of a position stay in the first-level cache."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prototxt.kernels.compiled.compile import (
    COUNT,
    LINE,
    NUMBER,
    SPAN,
    STEPS,
    Array,
    Span,
    Steps,
    compiled,
    line,
    place,
    steps,
)
from prototxt.kernels.compiled.tasks import tasks
from prototxt.kernels.epilogue import Action
from prototxt.kernels.work import LEAST, Phase, tiles

ZERO = np.float32(0)


def lrn_across(
    x: Array, size: int, alpha: float, k: float, y: Array, actions: Sequence[Action], threads: int
) -> list[Phase]:
    """y = actions(x * (k + alpha/size * sum of x^2 over `size` neighbouring channels)^-0.75), N x H x W x C."""
    images, height, width, channels = x.shape
    cuts = tiles(images, height, 8 * width * channels, 2 * threads if x.size * 8 > LEAST else 1)
    given = (line(x), steps(x), line(y), steps(y), width, channels, size, alpha / size, k)
    return tasks(y, cuts, actions, lambda span, spare: _lrn(*given, spare, span), channels + size)


@compiled(LINE, STEPS, LINE, STEPS, COUNT, COUNT, COUNT, NUMBER, NUMBER, LINE, SPAN)
def _lrn(
    x: Array,
    x_steps: Steps,
    y: Array,
    y_steps: Steps,
    width: int,
    channels: int,
    size: int,
    share: float,
    k: float,
    squares: Array,
    span: Span,
) -> None:
    """The squares of a position lie in `squares`, with zeros before and behind them."""
    half, one = size // np.uintp(2), np.uintp(1)
    two, three, four = one + one, one + one + one, one + one + one + one
    for i in range(len(squares)):
        squares[i] = ZERO
    for n in range(span[0], span[1]):
        for h in range(span[2], span[3]):
            for w in range(np.int64(width)):
                at, made = place(x_steps, n, h, w), place(y_steps, n, h, w)
                for c in range(channels):
                    squares[half + c] = x[at + c] * x[at + c]
                if size == 5:
                    for c in range(channels):
                        near = squares[c + one] + squares[c + two] + squares[c + three]
                        y[made + c] = squares[c] + near + squares[c + four]
                else:
                    for c in range(channels):
                        y[made + c] = squares[c]
                    for shift in range(one, size):
                        for c in range(channels):
                            y[made + c] += squares[c + shift]
                for c in range(channels):
                    root = np.sqrt(k + share * y[made + c])
                    y[made + c] = x[at + c] / (root * np.sqrt(root))
