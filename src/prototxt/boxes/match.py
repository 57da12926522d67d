"""The match of boxes with true ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prototxt.blobs import Array
from prototxt.boxes.overlap import overlap
from prototxt.util.lazy import np

__all__ = ["IGNORED", "NONE", "Indices", "match"]

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Indices = NDArray[np.intp]
else:
    Indices = "NDArray[np.intp]"

MIN_OVERLAP = 1e-6
"""Boxes that overlap by no more than this do not overlap."""

NONE, IGNORED = -1, -2
"""In place of the index of a true box."""


def match(
    boxes: Array, truth: Array, threshold: float | None, *, within: bool = False
) -> tuple[Indices, Array]:
    """For each of `boxes` the true box it stands for, or NONE; and by how much it overlaps the nearest.

    First every true box gets the box that overlaps it most, the closest pair first, each box once. Then every other
    box gets the true one it overlaps most, by `threshold` or more; not where that is None. With `within` boxes that
    hang over the image (0 to 1) are IGNORED.
    """
    matches = np.full(len(boxes), NONE, np.intp)
    if within:
        matches[~((boxes >= 0) & (boxes <= 1)).all(1)] = IGNORED
    share = overlap(boxes[:, None], truth) * (matches == NONE)[:, None]
    share[~(share > MIN_OVERLAP)] = 0
    nearest = share.max(1, initial=0)
    left = share.copy()
    for _ in range(len(truth)):
        box, true = divmod(int(left.argmax()), len(truth)) if left.size else (0, 0)
        if not left.size or left[box, true] == 0:
            break
        matches[box], nearest[box] = true, left[box, true]
        left[box], left[:, true] = 0, 0
    if threshold is not None and len(truth):
        near = (matches == NONE) & (nearest > 0) & (nearest >= np.float32(threshold))
        matches[near] = share[near].argmax(1)
    return matches, nearest
