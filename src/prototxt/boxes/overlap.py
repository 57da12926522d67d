"""How much boxes overlap: the area of the intersection over that of the union."""

from __future__ import annotations

from prototxt.layers.base import Array
from prototxt.lazy import np

TINY = 2.0**-126
"""FLT_MIN: boxes without area have no union, and overlap by nothing."""


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
        width = np.minimum(a[..., 2], b[..., 2])
        width -= np.maximum(a[..., 0], b[..., 0])
        height = np.minimum(a[..., 3], b[..., 3])
        height -= np.maximum(a[..., 1], b[..., 1])
        if extent:
            width += np.float32(extent)
            height += np.float32(extent)
        both = np.maximum(width, 0)
        both *= np.maximum(height, 0)
        either = areas(a, extent=extent) + areas(b, extent=extent)
        either -= both
        share: Array = both / np.maximum(either, TINY)
    return share
