"""The nearest true box of every box, and the boxes nearest to a true one."""

from __future__ import annotations

from dataclasses import dataclass

from prototxt.blobs import Array
from prototxt.boxes.overlap import overlap
from prototxt.boxes.suppress import Mask, Positions
from prototxt.util.lazy import np

__all__ = ["nearest"]

BLOCK_VALUES = 2**20
"""Overlaps computed at once."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """For each box the largest overlap with a true one, which that is (0 where there are none), and whether some
    true box overlaps no other by more."""

    share: Array
    truth: Positions
    chosen: Mask


def nearest(boxes: Array, truths: Array) -> Nearest:
    """The nearest true box of every box (R x 4 and T x 4, pixels); of equal overlaps the first true box counts."""
    share = np.zeros(len(boxes), boxes.dtype)
    truth = np.zeros(len(boxes), np.intp)
    chosen = np.zeros(len(boxes), np.bool_)
    step = max(BLOCK_VALUES // max(len(boxes), 1), 1)
    for start in range(0, len(truths) if len(boxes) else 0, step):
        overlaps = overlap(boxes[:, None], truths[start : start + step], extent=1)
        most = overlaps.max(axis=0)
        chosen |= ((overlaps == most) & (most > 0)).any(axis=1)
        index = overlaps.argmax(axis=1)
        best = np.take_along_axis(overlaps, index[:, None], 1)[:, 0]
        better = best > share
        share = np.where(better, best, share)
        truth = np.where(better, start + index, truth)
    return Nearest(share, truth, chosen)
