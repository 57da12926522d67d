"""Max and average pooling one spatial axis after the other: k + k passes over the data in place of k * k."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

LOWEST = float(np.finfo(np.float32).min)
"""-FLT_MAX, the maximum of an empty window."""


def pool_max(
    x: Array, kernel: Sequence[int], stride: Sequence[int], pad: Sequence[int], out: Sequence[int]
) -> Array:
    """The largest value of every window of N x C x H x W; values outside the image do not count."""
    for axis, (k, s, p, o) in enumerate(zip(kernel, stride, pad, out, strict=True), start=2):
        x = _fold(np.maximum, x, axis, k, s, p, o, LOWEST)
    return x


def pool_sum(
    x: Array, kernel: Sequence[int], stride: Sequence[int], pad: Sequence[int], out: Sequence[int]
) -> Array:
    """The sum of every window of N x C x H x W, with zeros outside the image."""
    for axis, (k, s, p, o) in enumerate(zip(kernel, stride, pad, out, strict=True), start=2):
        x = _fold(np.add, x, axis, k, s, p, o, 0.0)
    return x


def _fold(
    combine: np.ufunc, x: Array, axis: int, kernel: int, stride: int, pad: int, out: int, empty: float
) -> Array:
    """`combine` over the windows of one axis; `empty` stands outside the image."""
    need = stride * (out - 1) + kernel
    if pad or need > x.shape[axis]:
        shape = list(x.shape)
        shape[axis] = max(need, pad + x.shape[axis])
        wide = np.full(shape, empty, np.float32)
        wide[_at(axis, slice(pad, pad + x.shape[axis]))] = x
        x = wide
    spans = [x[_at(axis, slice(t, t + stride * (out - 1) + 1, stride))] for t in range(kernel)]
    y = spans[0].copy()
    for span in spans[1:]:
        combine(y, span, out=y)
    return y


def _at(axis: int, where: slice) -> tuple[slice, ...]:
    return (*[slice(None)] * axis, where)
