"""The lifetimes of blobs, and the place of each in one arena."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from prototxt.blobs import Shape, count
from prototxt.graph.graph import BlobId
from prototxt.kernels.phases import ALIGN
from prototxt.plan.alias import Aliases, memory_owner

__all__ = ["Access", "Lifetime", "allocate", "last_uses", "lifetimes"]

Access = tuple[Sequence[BlobId], Sequence[BlobId]]
"""The blobs that a step reads and those that it writes."""


def last_uses(accesses: Sequence[Access], kept: Collection[BlobId]) -> list[tuple[BlobId, ...]]:
    """For every step the blobs that are used there for the last time; those `kept` are not among them."""
    last: list[tuple[BlobId, ...]] = []
    needed = set(kept)
    for reads, writes in reversed(accesses):
        used = dict.fromkeys((*reads, *writes))
        last.append(tuple(blob for blob in used if blob not in needed))
        needed.update(used)
    return last[::-1]


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Memory of `size` numbers that is needed from step `first` to step `last`, both included."""

    size: int
    first: int
    last: int

    def overlaps(self, other: Lifetime) -> bool:
        """Whether both are needed at some step."""
        return self.first <= other.last and other.first <= self.last


def lifetimes(
    accesses: Sequence[Access],
    kept: Iterable[BlobId],
    shapes: Mapping[BlobId, Shape],
    aliases: Aliases,
    external: Collection[BlobId],
) -> dict[BlobId, Lifetime]:
    """How long the memory of every blob that has its own is needed; `external` blobs lie outside the arena."""
    spans: dict[BlobId, list[int]] = {}
    for time, (reads, writes) in enumerate(accesses):
        for blob in (*reads, *writes):
            span = spans.setdefault(memory_owner(blob, aliases), [time, time])
            span[1] = time
    for blob in kept:
        spans.setdefault(memory_owner(blob, aliases), [0, 0])[1] = len(accesses)
    return {
        blob: Lifetime(count(shapes[blob]), first, last)
        for blob, (first, last) in spans.items()
        if blob not in external
    }


def allocate(buffers: Sequence[Lifetime]) -> tuple[list[int], int]:
    """Offsets in one arena, so that no two buffers overlap that are needed at the same time; and the arena's size.

    The largest buffer is placed first, each in the smallest gap that holds it among those needed at the same time.
    """
    offsets = [0] * len(buffers)
    placed: list[int] = []
    arena = 0
    for i in sorted(range(len(buffers)), key=lambda i: -buffers[i].size):
        size = -(-buffers[i].size // ALIGN) * ALIGN
        neighbours = (j for j in placed if buffers[j].overlaps(buffers[i]))
        taken = sorted((offsets[j], offsets[j] + buffers[j].size) for j in neighbours)
        offsets[i] = _best_gap(taken, size)
        placed.append(i)
        arena = max(arena, offsets[i] + size)
    return offsets, arena


def _best_gap(taken: Sequence[tuple[int, int]], size: int) -> int:
    """The start of the smallest gap that holds `size` numbers, else the end of what is taken."""
    at, best = 0, None
    for start, stop in taken:
        if start - at >= size and (best is None or start - at < best[0]):
            best = (start - at, at)
        at = max(at, -(-stop // ALIGN) * ALIGN)
    return at if best is None else best[1]
