"""The part of an image that a net saw, to map its detections back to the image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prototxt.blobs import AnyArray
from prototxt.images.crops import Window

__all__ = ["View"]

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class View:
    """An image of `image` rows and columns that became `resized` ones, of which the net saw the window."""

    image: Size
    resized: Size
    window: Window

    @classmethod
    def whole(cls, height: int, width: int) -> View:
        """The view of an input that is an image itself."""
        return cls((height, width), (height, width), Window(0, 0, height, width))

    @property
    def input_size(self) -> Size:
        """Rows and columns of the input."""
        return self.window.height, self.window.width

    @property
    def scale(self) -> float:
        """The factor by which the image's shorter side was resized."""
        short = 0 if self.image[0] <= self.image[1] else 1
        return self.resized[short] / self.image[short]

    def to_image(self, boxes: AnyArray) -> NDArray[np.float64]:
        """Boxes (... x 4: x1, y1, x2, y2) in pixels of the input, as pixels of the image."""
        (rows, columns), (resized_rows, resized_columns) = self.image, self.resized
        corner = np.array([self.window.left, self.window.top] * 2, np.float64)
        factor = np.array([columns / resized_columns, rows / resized_rows] * 2, np.float64)
        moved: NDArray[np.float64] = (boxes + corner) * factor
        return moved

    def cells(self, axis: int, count: int) -> NDArray[np.intp]:
        """For each of the image's rows (axis 0) or columns (axis 1), which of `count` even parts of the input it is.

        Rows and columns that the net did not see are -1.
        """
        start = (self.window.top, self.window.left)[axis]
        middles = np.arange(self.image[axis]) + 0.5
        positions = middles * (self.resized[axis] / self.image[axis]) - start
        cell: NDArray[np.intp] = np.floor(positions * (count / self.input_size[axis])).astype(np.intp)
        cell[(cell < 0) | (cell >= count)] = -1
        return cell
