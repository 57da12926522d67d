"""Regions of interest: rows of an image's number and two corners; where the bins of a region lie on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.common.labels import Labels, read_indices
from prototxt.util.lazy import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Exact = NDArray[np.float64]
else:
    Exact = "NDArray[np.float64]"

Spans = tuple[Labels, Labels]
"""First row or column of every bin and the one after its last, R x bins each; empty where they are equal."""


def check_rois(shape: Shape, which: int = 1) -> None:
    """Raises LayerError unless bottom `which` holds 5 numbers for each region."""
    if len(shape) < 2 or shape[1] != 5 or count(shape[2:]) != 1:
        what = f"bottom {which} must be R x 5 (a row is image, x1, y1, x2, y2), got {format_shape(shape)}"
        raise LayerError(what, field="bottom")


def read_rois(rois: Array, images: int) -> tuple[Labels, Array]:
    """The image of each region, and the corners x1, y1, x2, y2, R each.

    Raises LayerError for an image that is not there, and corners that are no numbers.
    """
    rows = rois.reshape(-1, 5)
    broken = ~np.isfinite(rows[:, 1:]).all(axis=1)
    if broken.any():
        first = int(broken.argmax())
        corners = ", ".join(f"{value:g}" for value in rows[first, 1:])
        raise LayerError(f"the corners of region {first} are no numbers: {corners}", field="bottom")
    return read_indices(np.trunc(rows[:, 0]), images, "a region's image"), rows[:, 1:].T


def away(x: Array | Exact) -> Exact:
    """Whole numbers as C's `round` gives them: halves go away from 0."""
    exact = x.astype(np.float64)
    whole: Exact = np.trunc(exact + np.copysign(0.5, exact))
    return whole


def within(start: Exact | Array, end: Exact | Array, size: int) -> Spans:
    """Spans cut to a map of `size` rows or columns; none ends before it starts."""
    first = np.clip(start, 0, size).astype(np.intp)
    return first, np.maximum(np.clip(end, 0, size).astype(np.intp), first)
