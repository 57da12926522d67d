"""Lifetimes: after which step a blob is read for the last time, and how many bytes live at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from prototxt.graph.wiring import BlobId
from prototxt.layers.base import Shape, count

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


def peak_bytes(
    inputs: Sequence[BlobId],
    accesses: Sequence[Access],
    dead: Sequence[Sequence[BlobId]],
    shapes: Mapping[BlobId, Shape],
) -> int:
    """The most bytes of float32 blobs alive at one time, kernels' workspace not counted."""
    live = set(inputs)
    peak = 0
    for (_, writes), gone in zip(accesses, dead, strict=True):
        live.update(writes)
        peak = max(peak, 4 * sum(count(shapes[blob]) for blob in live))
        live.difference_update(gone)
    return peak
