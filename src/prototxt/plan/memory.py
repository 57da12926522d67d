"""Where blobs lie: which share memory, how long each is needed, and its place in one arena."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prototxt.blobs import Shape, count
from prototxt.graph.graph import BlobId
from prototxt.kernels.work import ALIGN
from prototxt.layers.concat import Concat
from prototxt.layers.dropout import Dropout
from prototxt.layers.flatten import Flatten
from prototxt.layers.reshape import Reshape
from prototxt.layers.slice import Slice
from prototxt.layers.split import Split
from prototxt.plan.fuse import Step

Access = tuple[Sequence[BlobId], Sequence[BlobId]]
"""What a step reads and what it writes."""


def deaths(accesses: Sequence[Access], kept: Collection[BlobId]) -> list[tuple[BlobId, ...]]:
    """For every step the blobs that nobody needs after it."""
    dead: list[tuple[BlobId, ...]] = []
    needed = set(kept)
    for reads, writes in reversed(accesses):
        used = dict.fromkeys((*reads, *writes))
        dead.append(tuple(blob for blob in used if blob not in needed))
        needed.update(used)
    return dead[::-1]


@dataclass(frozen=True, slots=True)
class View:
    """A blob that is a part of another's memory: `axis` of it from `start` on, or all of it in another shape."""

    of: BlobId
    axis: int | None
    start: int = 0


def share(
    steps: Sequence[Step], shapes: Mapping[BlobId, Shape], entries: Collection[BlobId]
) -> dict[BlobId, View]:
    """Which blobs need no memory of their own.

    What a Concat joins is made in its place in the result; what Slice, Split, Flatten and Reshape make is what they
    read. Nothing is ever written twice, so sharing changes no value. Rows of images stay in one piece: kernels take
    them for the rows of a matrix.
    """
    views: dict[BlobId, View] = {}
    whole: set[BlobId] = set()  # what is seen in another shape, and so must be in one piece
    dynamic = {top for step in steps if step.dynamic for top in step.tops}
    for step in steps:
        if step.dynamic or not step.bottoms or not dynamic.isdisjoint(step.reads):
            continue
        layer, source = step.nodes[0].layer, step.bottoms[0]
        if step.kernel is None or is_copy(step):
            parts = _parts(layer, source, step.tops, shapes)
            if any(part.axis is None and shapes[top] != shapes[source] for top, part in parts.items()):
                parts = {} if _is_cut(source, views) else parts
                whole.update(_line_of(source, views) if parts else ())
            views.update(parts)
        if isinstance(layer, Concat) and step.kernel is not None and len(step.nodes) == 1:
            start, axis = 0, layer.axis % len(shapes[source])
            for bottom in step.bottoms:
                own = step.bottoms.count(bottom) == 1 and bottom not in views and bottom not in entries
                if own and bottom not in whole and _keeps_rows(shapes[bottom], axis):
                    views[bottom] = View(step.tops[0], axis, start)
                start += shapes[bottom][axis]
    return views


def is_copy(step: Step) -> bool:
    """Whether a step changes nothing: a Dropout that drops nothing, alone."""
    return len(step.nodes) == 1 and isinstance(step.nodes[0].layer, Dropout)


def _parts(
    layer: Any, source: BlobId, tops: Sequence[BlobId], shapes: Mapping[BlobId, Shape]
) -> dict[BlobId, View]:
    match layer:
        case Slice() if _keeps_rows(shapes[source], layer.axis % len(shapes[source])):
            axis = layer.axis % len(shapes[source])
            cuts = layer.cuts(shapes[source])[:-1]
            return {top: View(source, axis, cut) for top, cut in zip(tops, cuts, strict=True)}
        case Split():
            return {top: View(source, None) for top in tops}
        case Dropout() if not layer.drops:
            return {tops[0]: View(source, None)}
        case Flatten() | Reshape() if _is_line(shapes[source]) and _is_line(shapes[tops[0]]):
            return {tops[0]: View(source, None)}
    return {}


def _keeps_rows(shape: Shape, axis: int) -> bool:
    """Whether a part along this axis leaves the rows of an image in one piece."""
    return len(shape) != 4 or axis < 2


def _line_of(blob: BlobId, views: Mapping[BlobId, View]) -> list[BlobId]:
    """The blob, the one it is a view of, and so on."""
    line = [blob]
    while line[-1] in views:
        line.append(views[line[-1]].of)
    return line


def _is_cut(blob: BlobId, views: Mapping[BlobId, View]) -> bool:
    """Whether a blob is a part of another one."""
    return any(b in views and views[b].axis is not None for b in _line_of(blob, views))


def _is_line(shape: Shape) -> bool:
    """Whether a blob lies in memory in the order of its axes, although channels are stored last."""
    return len(shape) != 4 or shape[1] == 1 or shape[2] * shape[3] == 1


def root(blob: BlobId, views: Mapping[BlobId, View]) -> BlobId:
    """The blob whose memory holds this one."""
    return _line_of(blob, views)[-1]


@dataclass(frozen=True, slots=True)
class Life:
    """Memory of so many numbers, needed from one point of time to another, both included."""

    size: int
    first: int
    last: int

    def meets(self, other: Life) -> bool:
        return self.first <= other.last and other.first <= self.last


def lives(
    accesses: Sequence[Access],
    kept: Iterable[BlobId],
    shapes: Mapping[BlobId, Shape],
    views: Mapping[BlobId, View],
    outside: Collection[BlobId],
) -> dict[BlobId, Life]:
    """How long the memory of every blob that has its own is needed; those `outside` have theirs elsewhere."""
    spans: dict[BlobId, list[int]] = {}
    for time, (reads, writes) in enumerate(accesses):
        for blob in (*reads, *writes):
            span = spans.setdefault(root(blob, views), [time, time])
            span[1] = time
    for blob in kept:
        spans.setdefault(root(blob, views), [0, 0])[1] = len(accesses)
    return {
        blob: Life(count(shapes[blob]), first, last)
        for blob, (first, last) in spans.items()
        if blob not in outside
    }


def lay(needs: Sequence[Life]) -> tuple[list[int], int]:
    """Places in one piece of memory, so that none that are needed at the same time overlap; and its size.

    The largest is placed first, each where it fits best among those that live at the same time.
    """
    offsets = [0] * len(needs)
    placed: list[int] = []
    end = 0
    for i in sorted(range(len(needs)), key=lambda i: -needs[i].size):
        size = -(-needs[i].size // ALIGN) * ALIGN
        taken = sorted((offsets[j], offsets[j] + needs[j].size) for j in placed if needs[j].meets(needs[i]))
        offsets[i] = _best_gap(taken, size)
        placed.append(i)
        end = max(end, offsets[i] + size)
    return offsets, end


def _best_gap(taken: Sequence[tuple[int, int]], size: int) -> int:
    """The start of the smallest gap that holds `size`, else the end."""
    at, best = 0, None
    for start, stop in taken:
        if start - at >= size and (best is None or start - at < best[0]):
            best = (start - at, at)
        at = max(at, -(-stop // ALIGN) * ALIGN)
    return at if best is None else best[1]


def largest_live(needs: Iterable[Life]) -> int:
    """The most numbers needed at one time: no arena can be smaller."""
    needs = list(needs)
    times = range(max((life.last for life in needs), default=-1) + 1)
    return max((sum(n.size for n in needs if n.first <= t <= n.last) for t in times), default=0)
