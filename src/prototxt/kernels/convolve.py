"""Convolution and deconvolution as matrix products over any number of spatial axes.

Arrays are N x C x spatial, weights (out, in / group, kernel...); geometry is given as one number per axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

Array = NDArray[np.float32]


Index = tuple[Any, ...]
"""A NumPy index of any mix of slices, numbers and an ellipsis."""

Margins = Sequence[tuple[int, int]]
"""How many zeros stand before and behind the input, per spatial axis."""


def pad_spatial(x: Array, margins: Margins) -> Array:
    """`x` with zeros around its spatial axes; `x` itself where there are none to add."""
    if not any(map(any, margins)):
        return x
    sizes = list(zip(x.shape[2:], margins, strict=True))
    padded = np.zeros((*x.shape[:2], *(h + before + behind for h, (before, behind) in sizes)), x.dtype)
    inside: Index = (..., *(slice(before, before + h) for h, (before, _) in sizes))
    padded[inside] = x
    return padded


def im2col(
    x: Array,
    out: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    margins: Margins,
    dilation: Sequence[int],
) -> Array:
    """Every window of `x` as a column: N x (C * kernel) x positions.

    Row (c, u, v) of the matrix holds what tap (u, v) of channel c meets at each output position; a product with
    the weights as num_output x (C * kernel) is the convolution.
    """
    padded = pad_spatial(x, margins)
    steps = padded.strides[2:]
    windows = as_strided(
        padded,
        (*padded.shape[:2], *kernel, *out),
        (
            *padded.strides[:2],
            *(t * d for t, d in zip(steps, dilation, strict=True)),
            *(t * s for t, s in zip(steps, stride, strict=True)),
        ),
        writeable=False,
    )
    return windows.reshape(len(x), x.shape[1] * prod(kernel), prod(out))


def col2im(
    columns: Array,
    spatial: Sequence[int],
    out: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    pad: Sequence[int],
    dilation: Sequence[int],
) -> Array:
    """The adjoint of im2col: columns N x (C * kernel) x `spatial` positions added up into N x C x `out`."""
    batch, channels = len(columns), columns.shape[1] // prod(kernel)
    taps = columns.reshape(batch, channels, *kernel, *spatial)
    reach = [
        s * (h - 1) + d * (k - 1) + 1 for h, s, d, k in zip(spatial, stride, dilation, kernel, strict=True)
    ]
    full = [max(r, o + 2 * p) for r, o, p in zip(reach, out, pad, strict=True)]
    y = np.zeros((batch, channels, *full), columns.dtype)
    for tap in product(*map(range, kernel)):
        axes = zip(tap, spatial, stride, dilation, strict=True)
        span: Index = (..., *(slice(t * d, t * d + s * (h - 1) + 1, s) for t, h, s, d in axes))
        seen: Index = (slice(None), slice(None), *tap)
        y[span] += taps[seen]
    inside: Index = (..., *(slice(p, p + o) for o, p in zip(out, pad, strict=True)))
    return y[inside]


def convolve_im2col(
    x: Array,
    weight: Array,
    bias: Array | None,
    group: int,
    out: Sequence[int],
    stride: Sequence[int],
    margins: Margins,
    dilation: Sequence[int],
) -> Array:
    """Convolution of N x C x spatial to N x num_output x `out` by im2col and a matrix product per group.

    One image's columns at a time, so that the workspace does not grow with the batch.
    """
    matrix = weight.reshape(group, len(weight) // group, -1)
    y = np.empty((len(x), len(weight), *out), np.float32)
    for image, result in zip(x, y, strict=True):
        columns = im2col(image[None], out, weight.shape[2:], stride, margins, dilation)
        grouped = columns.reshape(group, matrix.shape[2], -1)
        np.matmul(matrix, grouped, out=result.reshape(group, matrix.shape[1], -1))
    return _add_bias(y, bias)


def convolve_1x1(x: Array, weight: Array, bias: Array | None, group: int) -> Array:
    """A kernel of one tap, stride 1 and no pad needs no im2col: the input is the column matrix."""
    batch, channels = x.shape[:2]
    matrix = weight.reshape(group, len(weight) // group, channels // group)
    y = np.matmul(matrix, x.reshape(batch, group, channels // group, -1))
    return _add_bias(y.reshape(batch, len(weight), *x.shape[2:]), bias)


def convolve_depthwise(
    x: Array,
    weight: Array,
    bias: Array | None,
    out: Sequence[int],
    stride: Sequence[int],
    margins: Margins,
    dilation: Sequence[int],
) -> Array:
    """group == C == num_output: each channel has one kernel of its own, added up tap by tap."""
    padded = pad_spatial(x, margins)
    y = np.zeros((*x.shape[:2], *out), np.float32)
    products = np.empty_like(y)
    per_channel = (slice(None), *[None] * len(out))
    for tap in product(*map(range, weight.shape[2:])):
        axes = zip(tap, out, stride, dilation, strict=True)
        span: Index = (..., *(slice(t * d, t * d + s * (o - 1) + 1, s) for t, o, s, d in axes))
        of_tap: Index = (slice(None), 0, *tap)
        np.multiply(padded[span], weight[of_tap][per_channel], out=products)
        y += products
    return _add_bias(y, bias)


def deconvolve_col2im(
    x: Array,
    weight: Array,
    bias: Array | None,
    group: int,
    out: Sequence[int],
    stride: Sequence[int],
    pad: Sequence[int],
    dilation: Sequence[int],
) -> Array:
    """Deconvolution: one matrix product spreads every input value over its window, col2im adds the overlaps."""
    batch, channels = x.shape[:2]
    matrix = weight.reshape(group, channels // group, -1).transpose(0, 2, 1)
    columns = np.matmul(matrix, x.reshape(batch, group, channels // group, -1))
    columns = columns.reshape(batch, group * matrix.shape[1], -1)
    return _add_bias(col2im(columns, x.shape[2:], out, weight.shape[2:], stride, pad, dilation), bias)


def _add_bias(y: Array, bias: Array | None) -> Array:
    if bias is not None:
        y += bias.reshape(-1, *[1] * (y.ndim - 2))
    return y
