"""The matrices of Winograd's convolution for tiles of 6 x 6: B', G and A'.

Source: see `winograd.py`.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["TILE_IN", "Transforms", "transforms"]

TILE_IN = 6
"""The side of an input tile."""

POINTS = (0.0, 0.625, -0.625, 1.5, -1.5)
"""Where the polynomials are evaluated, besides infinity. The usual 0, 1, -1, 2, -2 lose five times as much accuracy."""


class Transforms(NamedTuple):
    """B', G and A' for kernels of one size."""

    input: NDArray[np.float32]
    kernel: NDArray[np.float64]
    output: NDArray[np.float32]


@cache
def transforms(taps: int) -> Transforms:
    """By Lagrange's interpolation at POINTS (Cook and Toom); every entry is a sum of products of a few of them."""
    points, out = np.array(POINTS), TILE_IN - taps + 1
    others = [[q for q in POINTS if q != p] for p in POINTS]
    inputs = np.zeros((TILE_IN, TILE_IN))
    for i, roots in enumerate([*others, POINTS]):
        polynomial = np.poly(roots)[::-1]
        inputs[i, : len(polynomial)] = polynomial
    slopes = [np.prod(p - np.array(q)) for p, q in zip(POINTS, others, strict=True)]
    kernels = np.vstack(
        [points[:, None] ** np.arange(taps) / np.array(slopes)[:, None], np.arange(taps) == taps - 1]
    )
    outputs = np.vstack([points[:, None] ** np.arange(out), np.arange(out) == out - 1]).T
    return Transforms(inputs.astype(np.float32), kernels, outputs.astype(np.float32))
