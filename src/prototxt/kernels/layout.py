"""Conversions between N x C x H x W, the shape that users see, and N x H x W x C, the order in which a plan stores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["CLIP_AXES", "channels_first", "channels_last", "copy", "is_matrix", "is_same_memory", "view"]

Array = NDArray[np.float32]


CLIP_AXES = 5
"""The axes of a clip, N x C x L x H x W."""


def channels_last(x: Array) -> Array:
    """N x C x H x W as N x H x W x C: the same memory. N x C becomes N x 1 x 1 x C, a clip (N*L) x H x W x C."""
    if x.ndim == CLIP_AXES:
        n, c, length, h, w = x.shape
        return view(x.transpose(0, 2, 3, 4, 1), n * length, h, w, c)
    return x.transpose(0, 2, 3, 1) if x.ndim == 4 else x.reshape(len(x), 1, 1, -1)


def channels_first(x: Array) -> Array:
    """N x H x W x C as N x C x H x W, N x L x H x W x C as N x C x L x H x W: the same memory."""
    return np.moveaxis(x, -1, 1)


def copy(target: Array, source: Array) -> None:
    """target[...] = source. Few channels are copied one by one: NumPy would go through them three at a time."""
    if target.ndim == 4 and target.shape[1] <= 8:
        for c in range(target.shape[1]):
            target[:, c] = source[:, c]
    else:
        target[...] = source


def is_matrix(x: Array) -> bool:
    """Whether the positions of N x H x W x C lie in memory as the rows of a matrix."""
    n, h, w, _ = x.shape
    image, row, column, _ = x.strides
    return bool((h == 1 or row == w * column) and (n == 1 or image == h * row))


def view(array: Array, *shape: int) -> Array:
    """`array.reshape(shape)` where that is the same memory: calls that are built now must see later contents.

    Raises ValueError where it would be a copy.
    """
    reshaped = array.reshape(shape)
    if array.size and not np.may_share_memory(reshaped, array):
        raise ValueError(f"{array.shape} with strides {array.strides} is no view of shape {shape}")
    return reshaped


def is_same_memory(one: Array, other: Array) -> bool:
    """Whether two arrays of one shape are the same numbers in memory."""
    same_start = one.__array_interface__["data"] == other.__array_interface__["data"]
    return same_start and one.strides == other.strides
