"""What a step may still do to a result it has just made, in place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def relu_(y: Array, negative_slope: float) -> None:
    """max(y, 0) + negative_slope * min(y, 0)."""
    if negative_slope == 0:
        np.maximum(y, 0, out=y)
    else:
        np.multiply(y, np.float32(negative_slope), out=y, where=y < 0)


def normalise_(y: Array, mean: Array, variance: Array, eps: float) -> None:
    """(y - mean) / sqrt(variance + eps) per channel (axis 1)."""
    per_channel = (-1, *[1] * (y.ndim - 2))
    y -= mean.reshape(per_channel)
    y *= (1 / np.sqrt(variance + np.float32(eps))).reshape(per_channel)


def scale_(y: Array, scale: Array, bias: Array | None, axis: int) -> None:
    """scale * y + bias, `scale` laid over the axes that start at `axis`."""
    over = (*scale.shape, *[1] * (y.ndim - axis - scale.ndim))
    y *= scale.reshape(over)
    if bias is not None:
        y += bias.reshape(over)
