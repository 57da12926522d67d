"""The vocabulary of blobs: arrays, shapes, sizes that are allowed, the two phases."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

__all__ = ["MAX_AXES", "MAX_ELEMENTS", "TEST", "TRAIN", "AnyArray", "Array", "Shape", "count", "format_shape"]

Shape = tuple[int, ...]
"""The axes of a blob, N x C x H x W for a batch of images."""

# Not imported at run time: NumPy takes longer to load than a net to read, and shapes need no arrays.
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]
    AnyArray = NDArray[Any]  # of any element type
else:
    Array, AnyArray = "NDArray[np.float32]", "NDArray[Any]"

MAX_ELEMENTS = 2**31 - 1
"""Elements that a blob may have, as in Caffe (blob.cpp)."""

MAX_AXES = 32
"""Axes that a blob may have, as in Caffe (blob.hpp, kMaxBlobAxes)."""

TRAIN, TEST = 0, 1
"""Caffe's Phase enum."""


def count(shape: Sequence[int]) -> int:
    """Number of elements: the product of all axes, 1 for a scalar."""
    return prod(shape)


def format_shape(shape: Sequence[int]) -> str:
    """A shape as people write it, such as `1 x 3 x 227 x 227`; axes beyond MAX_AXES are cut."""
    shown = [*map(str, shape[:MAX_AXES]), *["..."] * (len(shape) > MAX_AXES)]
    return " x ".join(shown) if shape else "scalar"
