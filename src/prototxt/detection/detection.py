"""Predictions about one image: boxes with labels, or a class for each pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prototxt.images.view import View

__all__ = ["Box", "Boxes", "Detection", "Prediction", "Segmentation"]

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Detection:
    """An object in an image: its label, its score, its box x1, y1, x2, y2 in pixels from the upper left corner.

    A box may extend beyond the image.
    """

    label: int
    score: float
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Objects in boxes, best first, in pixels of `view.image`.

    `blobs` names the outputs that they were read from. `labels` is the number of labels of the net, the background
    included, or 0 if it is not known.
    """

    blobs: tuple[str, ...]
    labels: int
    view: View
    detections: tuple[Detection, ...]

    def at_least(self, score: float) -> tuple[Detection, ...]:
        """The objects of at least this score."""
        return tuple(d for d in self.detections if d.score >= score)


@dataclass(frozen=True, slots=True, eq=False)
class Segmentation:
    """A class for each cell of an H x W grid over the part of the image that the net saw.

    `blobs` and `labels` are those of Boxes; `classes` is H x W.
    """

    blobs: tuple[str, ...]
    labels: int
    view: View
    classes: NDArray[np.intp]

    def shares(self) -> list[tuple[int, float]]:
        """The classes that occur and their shares of all cells, the largest first; ties go to the lower class."""
        classes, counts = np.unique(self.classes, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        return [(int(classes[i]), float(counts[i] / self.classes.size)) for i in order]


Prediction = Boxes | Segmentation
