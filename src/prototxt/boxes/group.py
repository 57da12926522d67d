"""Boxes that are alike become one, their mean, as OpenCV's groupRectangles does it.

Source: opencv/modules/objdetect/src/cascadedetect.cpp (groupRectangles, SimilarRects).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prototxt.util.lazy import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Positions = NDArray[np.intp]
    Mask = NDArray[np.bool_]

__all__ = ["group_rectangles"]

BLOCK = 256
"""Boxes that are held against all others at once."""

SMALL_GROUP = 3
"""A group within another stays if it has at least this many boxes, unless the other has more than both."""


def group_rectangles(boxes: Integers, threshold: int, eps: float) -> tuple[Integers, Integers]:
    """The mean of every group of more than `threshold` boxes, and the number of boxes in it.

    `boxes` is R x 4: x, y, width and height in whole pixels. Two boxes are alike where each of their four sides is no
    further apart than `eps` times the mean of the smaller width and the smaller height; a group holds what is alike
    directly or through others. A group that lies within a much larger one is left out. Groups come in the order of
    their first boxes; with a threshold of 0 or less every box is its own group.
    """
    if threshold <= 0 or not len(boxes):
        return boxes, np.ones(len(boxes), np.int64)
    groups = list(_groups(boxes, eps))
    counts = np.array([len(group) for group in groups], np.int64)
    sums = np.array([boxes[group].sum(0) for group in groups]).astype(np.float32)
    means = np.rint(sums * (np.float32(1) / counts.astype(np.float32))[:, None]).astype(np.int64)
    large = counts > threshold
    means, counts = means[large], counts[large]
    alone = ~_within(means, counts, eps).any(1)
    return means[alone], counts[alone]


def _groups(boxes: Integers, eps: float) -> Iterator[Positions]:
    """The positions of the boxes of each group: from one box to all that are alike, and on from those."""
    left = np.arange(len(boxes))
    while left.size:
        group, edge, left = left[:1], left[:1], left[1:]
        while edge.size and left.size:
            reached = np.zeros(left.size, bool)
            for start in range(0, edge.size, BLOCK):
                reached |= _alike(boxes[edge[start : start + BLOCK], None], boxes[left], eps).any(0)
            edge, left = left[reached], left[~reached]
            group = np.concatenate([group, edge])
        yield group


def _alike(a: Integers, b: Integers, eps: float) -> Mask:
    """Whether boxes that broadcast are alike."""
    smaller = np.minimum(a[..., 2:], b[..., 2:]).sum(-1)
    most = eps * smaller * 0.5
    near: Mask = (abs(a[..., :2] - b[..., :2]) <= most[..., None]).all(-1)
    ends = abs(a[..., :2] + a[..., 2:] - b[..., :2] - b[..., 2:])
    near &= (ends <= most[..., None]).all(-1)
    return near


def _within(boxes: Integers, counts: Integers, eps: float) -> Mask:
    """Whether each box (row) lies within each other (column), a little widened, that far more boxes stand for."""
    slack = np.rint(boxes[:, 2:] * eps).astype(np.int64)
    starts = boxes[:, None, :2] >= boxes[:, :2] - slack
    ends = boxes[:, None, :2] + boxes[:, None, 2:] <= boxes[:, :2] + boxes[:, 2:] + slack
    more = (counts > np.maximum(SMALL_GROUP, counts[:, None])) | (counts[:, None] < SMALL_GROUP)
    inside: Mask = starts.all(-1) & ends.all(-1) & more
    np.fill_diagonal(inside, False)
    return inside
