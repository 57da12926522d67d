"""Non-maximum suppression: of boxes that overlap, the best stays.

The search goes by blocks of the best boxes. A block is settled by itself; then the boxes that it keeps are compared
with all others, in groups of neighbours. A group is compared only with the boxes that start within its reach along x,
or along y where those are far fewer. So 10,000 boxes take less than 100 ms wherever they lie (benchmarks/suppress.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prototxt.blobs import Array
from prototxt.boxes.overlap import overlap
from prototxt.util.lazy import np

__all__ = ["Mask", "Positions", "suppress"]

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Positions = NDArray[np.intp]
    Doubles = NDArray[np.float64]
    Mask = NDArray[np.bool_]
else:
    Positions, Doubles, Mask = "NDArray[np.intp]", "NDArray[np.float64]", "NDArray[np.bool_]"

BLOCK = 256
"""Boxes settled among themselves, before what they keep is held against all others."""

MAX_DIRECT = 128
"""Boxes that are settled one by one, each held against each."""

GROUP = 16
"""Neighbours of those kept that go against the others together, those that none of them can reach left out."""

MAX_OTHERS = 2048
"""The others that a group is held against at once: a matrix stays in the cache."""

SLACK = 1e-5
"""A generous bound on what rounding can add to an overlap, relative."""


def suppress(
    boxes: Array, threshold: float, *, extent: float = 0.0, most: int | None = None, eta: float = 1.0
) -> Positions:
    """The positions of the boxes to keep, ascending.

    `boxes` is R x 4 (x1, y1, x2, y2), the best first. A box goes when it overlaps one that is kept by more than
    `threshold`; a caller that drops boxes of just that overlap too gives the next lower float32. `most` ends the search
    after that number of kept boxes. `extent` is added to each side (see `overlap`). With `eta` below 1 the threshold
    is multiplied by it after each box kept, as long as it is above 0.5.
    """
    columns = np.ascontiguousarray(np.asarray(boxes, np.float32).reshape(-1, 4).T)
    most = columns.shape[1] if most is None else min(most, columns.shape[1])
    kept, limit = _with_falling_threshold(columns, np.float32(threshold), most, extent, np.float32(eta))
    if limit < 0:  # even boxes far apart overlap by more
        return np.arange(min(most, 1))
    search = _Search(columns, limit, extent)
    search.start_after(kept)
    while len(kept) < most and (block := search.first(BLOCK)).size:
        new = search.settle(block)[: most - len(kept)]
        search.drop(block, new)
        kept += new.tolist()
    return np.array(kept, np.intp)


def _with_falling_threshold(
    columns: Array, threshold: np.float32, most: int, extent: float, eta: np.float32
) -> tuple[list[int], np.float32]:
    """The first boxes kept, as long as each changes the threshold, and what that is then."""
    kept: list[int] = []
    nearest = np.zeros(columns.shape[1], np.float32)
    while eta < 1 and threshold > 0.5 and len(kept) < most:
        start = kept[-1] + 1 if kept else 0
        free = ~(nearest[start:] > threshold)
        if not free.any():
            break
        kept.append(start + int(free.argmax()))
        threshold *= eta
        nearest = np.fmax(nearest, overlap(columns[:, kept[-1]], columns.T, extent=extent))
    return kept, threshold


class _Search:
    """The boxes still in question, along x and along y."""

    def __init__(self, columns: Array, threshold: np.float32, extent: float) -> None:
        self._columns = columns
        self._threshold = threshold
        self._extent = extent
        self._open: Mask = np.ones(columns.shape[1], np.bool_)
        self._start = 0
        self._lines = [_Line(columns, axis, float(threshold) * (1 - SLACK), extent) for axis in (0, 1)]

    def start_after(self, kept: list[int]) -> None:
        """Take these as kept: they are the first, and no other before the last of them can be."""
        if kept:
            self.drop(np.arange(kept[-1] + 1), np.array(kept, np.intp))

    def first(self, number: int) -> Positions:
        """The best boxes still in question."""
        positions: Positions = np.flatnonzero(self._open[self._start :])[:number] + self._start
        self._start = int(positions[-1]) + 1 if positions.size else self._open.size
        return positions

    def settle(self, block: Positions) -> Positions:
        """The boxes of a block that stay within it: those of the first half, then those they leave of the second."""
        if block.size <= MAX_DIRECT:
            return block[_greedy(self._near(block, self._columns[:, block]))]
        first, second = np.array_split(block, 2)
        kept = self.settle(first)
        left = second[~self._near(kept, self._columns[:, second]).any(0)]
        return np.concatenate([kept, self.settle(left)])

    def _near(self, boxes: Positions, others: Array) -> Mask:
        """Whether each of these boxes overlaps each of the others, given as columns, by too much."""
        share = overlap(self._columns[:, boxes].T[:, None], others.T, extent=self._extent)
        near: Mask = share > self._threshold
        return near

    def drop(self, block: Positions, kept: Positions) -> None:
        """A block is done; what overlaps one of those kept is no longer in question."""
        self._open[block] = False
        reach = [line.reach(kept) for line in self._lines]
        (x_first, x_last), (y_first, y_last) = reach
        upright = 2 * (y_last - y_first) < x_last - x_first  # far fewer within reach along y
        for line, (first, last), mine in zip(self._lines, reach, (~upright, upright), strict=True):
            for group, others in _runs(kept[mine], first[mine], last[mine]):
                near = self._near(group, line.columns[:, others]).any(0)
                self._open[line.order[others][near]] = False
        for line in self._lines:
            line.keep(self._open)


def _greedy(near: Mask) -> list[int]:
    """The rows that stay, where each that stays drops those it is near to. Whole rows are bits of one number."""
    gone, kept = 0, []
    for i, row in enumerate(np.packbits(near, axis=1, bitorder="little")):
        if not gone >> i & 1:
            kept.append(i)
            gone |= int.from_bytes(row, "little")
    return kept


class _Line:
    """Boxes in the order in which they start along one axis: for each, those it can reach are a run."""

    def __init__(self, columns: Array, axis: int, threshold: float, extent: float) -> None:
        start, end = columns[[axis, axis + 2]].astype(np.float64)
        self._axis = axis
        self._before, self._after = _reach(start, end + extent, threshold)
        self.order: Positions = np.argsort(start, kind="stable")
        self.columns: Array = columns[:, self.order]

    def reach(self, boxes: Positions) -> tuple[Positions, Positions]:
        """For each of these boxes where the run begins and ends."""
        starts = self.columns[self._axis]
        first = np.searchsorted(starts, self._before[boxes], "left")
        return first, np.maximum(np.searchsorted(starts, self._after[boxes], "right"), first)

    def keep(self, these: Mask) -> None:
        """Drop all boxes but these."""
        here = these[self.order]
        self.order, self.columns = self.order[here], self.columns[:, here]


def _reach(start: Doubles, end: Doubles, threshold: float) -> tuple[Doubles, Doubles]:
    """From where to where those must start that a box overlaps by more than `threshold`.

    With a box of width w, one that starts d before it shares at most w of d + w, one that starts d after it at most
    w - d of w: along one axis boxes overlap by at least as much as in all.
    """
    with np.errstate(invalid="ignore"):
        width = np.fmax(end - start, 0)
        widest = width.max(initial=0)
        before = np.minimum(width * max(1 / threshold - 1, 0), widest) if threshold > SLACK else widest
        slack = SLACK * (width + np.abs(start))
        return start - before - slack, start + width * max(1 - threshold, 0) + slack


def _runs(boxes: Positions, first: Positions, last: Positions) -> Iterator[tuple[Positions, slice]]:
    """Groups of neighbours, each with runs of those that one of them may overlap by too much."""
    order = np.argsort(first, kind="stable")
    for at in range(0, order.size, GROUP):
        group = order[at : at + GROUP]
        low, high = int(first[group].min()), int(last[group].max())
        for start in range(low, high, MAX_OTHERS):
            yield boxes[group], slice(start, min(start + MAX_OTHERS, high))
