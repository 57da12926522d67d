"""Local response normalisation without numpy.power, which is twenty times slower than a square root."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def lrn_across(x: Array, size: int, alpha: float, beta: float, k: float) -> Array:
    """x * (k + alpha/size * sum of x^2 over `size` neighbouring channels)^-beta for N x C x H x W."""
    half = size // 2
    squares = np.zeros((x.shape[0], x.shape[1] + size - 1, *x.shape[2:]), np.float32)
    inner = squares[:, half : half + x.shape[1]]
    np.square(x, out=inner)
    inner *= np.float32(alpha / size)
    total = squares[:, : x.shape[1]] + np.float32(k)
    for shift in range(1, size):
        total += squares[:, shift : shift + x.shape[1]]
    if beta == 0.75:
        root = np.sqrt(total)
        np.sqrt(root, out=total)
        total *= root
    else:
        np.power(total, np.float32(beta), out=total)
    return np.divide(x, total, out=total)
