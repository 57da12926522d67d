"""Which windows of an image a net sees: the centre, or ten of them whose answers are averaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from prototxt.blobs import AnyArray

__all__ = ["Crop", "Window", "average", "windows"]

Crop = Literal["center", "ten"]


@dataclass(frozen=True, slots=True)
class Window:
    """A part of an image: its upper left corner, its size, and whether it is mirrored."""

    top: int
    left: int
    height: int
    width: int
    mirrored: bool = False

    def cut(self, image: AnyArray) -> AnyArray:
        """This part of an image of rows x columns x channels: a view."""
        part = image[self.top : self.top + self.height, self.left : self.left + self.width]
        return part[:, ::-1] if self.mirrored else part


def windows(crop: Crop, image: tuple[int, int], size: tuple[int, int]) -> tuple[Window, ...]:
    """The windows of `size` (rows, columns) in an image of `image`, which is at least as large.

    center  one, (image - size) // 2 from the upper left
    ten     upper left, upper right, lower left, lower right, centre, then the same five mirrored

    Source: caffe/src/caffe/data_transformer.cpp (TEST phase); caffe/python/caffe/io.py (oversample).
    """
    down, right = (whole - part for whole, part in zip(image, size, strict=True))
    center = (down // 2, right // 2)
    if crop == "center":
        return (Window(*center, *size),)
    corners = [(0, 0), (0, right), (down, 0), (down, right), center]
    return tuple(Window(*corner, *size, mirrored) for mirrored in (False, True) for corner in corners)


def average(rows: NDArray[np.float32], views: int) -> NDArray[np.float32]:
    """Answers of `views` windows an image, (images x views) x ..., as one mean answer an image."""
    if views == 1:
        return rows
    mean: NDArray[np.float32] = rows.reshape(-1, views, *rows.shape[1:]).mean(axis=1, dtype=np.float32)
    return mean
