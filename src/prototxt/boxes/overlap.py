"""Overlap of boxes: the area of the intersection over that of the union."""

from __future__ import annotations

from prototxt.blobs import Array
from prototxt.util.lazy import np

__all__ = ["areas", "overlap"]

TINY = 2.0**-126
"""FLT_MIN: the least that an area counts as."""


def areas(boxes: Array, *, extent: float = 0.0) -> Array:
    """The area of each box (x1, y1, x2, y2 on the last axis); 0 where a side is turned over.

    `extent` is what is added to a side: 1 where corners are pixels, both of them in the box.
    """
    width = boxes[..., 2] - boxes[..., 0] + np.float32(extent)
    height = boxes[..., 3] - boxes[..., 1] + np.float32(extent)
    area: Array = np.maximum(width, 0) * np.maximum(height, 0)
    return area


def overlap(a: Array, b: Array, *, extent: float = 0.0) -> Array:
    """Intersection over union of boxes, which broadcast: `overlap(a[:, None], b)` takes each with each.

    In float32 and in the order of the forks, for a threshold is as fine as the last bit. What is not a number in a box
    is none in its overlaps.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        both = _shared(a, b, 0, extent)
        both *= _shared(a, b, 1, extent)
        # Boxes without area have no union: here, where there are few numbers, one that is too small to see is put in.
        either = np.maximum(areas(a, extent=extent), TINY) + np.maximum(areas(b, extent=extent), TINY)
        either -= both
        share: Array = both / either
    return share


def _shared(a: Array, b: Array, axis: int, extent: float) -> Array:
    """The length along one axis that boxes share; a maximum of two arrays is faster than one with a number."""
    start, end = np.maximum(a[..., axis], b[..., axis]), np.minimum(a[..., axis + 2], b[..., axis + 2])
    length: Array = (
        np.maximum(end - start + np.float32(extent), 0) if extent else np.maximum(end, start) - start
    )
    return length
