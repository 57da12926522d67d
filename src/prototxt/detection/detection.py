"""What was found in one image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prototxt.images.view import View

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Detection:
    """A thing in an image: its label, its score, its box x1, y1, x2, y2 in pixels from the upper left corner.

    A box may reach out of the image, as far as the net says so.
    """

    label: int
    score: float
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Things in boxes, best first, in pixels of `view.image`.

    `blobs` are the outputs that say so; `labels` is how many labels the net knows, the background included, 0 where
    that is not known.
    """

    blobs: tuple[str, ...]
    labels: int
    view: View
    detections: tuple[Detection, ...]

    def at_least(self, score: float) -> tuple[Detection, ...]:
        """Those of at least this score."""
        return tuple(d for d in self.detections if d.score >= score)


@dataclass(frozen=True, slots=True, eq=False)
class Segmentation:
    """A class for each of H x W even parts of what the net saw. `blobs` and `labels` are as those of Boxes."""

    blobs: tuple[str, ...]
    labels: int
    view: View
    classes: NDArray[np.intp]

    def shares(self) -> list[tuple[int, float]]:
        """The classes that occur and their share of all, the largest first; of equal ones the lower class first."""
        classes, counts = np.unique(self.classes, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        return [(int(classes[i]), float(counts[i] / self.classes.size)) for i in order]


Prediction = Boxes | Segmentation
