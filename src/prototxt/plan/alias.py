"""Blobs that lie in another blob's memory: what a Concat joins, what Slice, Split, Flatten and Reshape return."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from prototxt.blobs import Shape
from prototxt.graph.graph import BlobId
from prototxt.plan.fuse import Step
from prototxt.plan.regions import Region, alias_bottoms, alias_tops

__all__ = ["Alias", "Aliases", "alias_chain", "find_aliases", "memory_owner"]


@dataclass(frozen=True, slots=True)
class Alias:
    """A blob that lies in a region of another one's memory."""

    of: BlobId
    region: Region


Aliases = Mapping[BlobId, Alias]


def find_aliases(
    steps: Sequence[Step], shapes: Mapping[BlobId, Shape], entries: Collection[BlobId]
) -> dict[BlobId, Alias]:
    """The blobs that need no memory of their own; `entries` are those that the caller fills.

    Every blob is written only once, so sharing memory changes no value.
    """
    return _AliasFinder(steps, shapes, entries).aliases


class _AliasFinder:
    def __init__(
        self, steps: Sequence[Step], shapes: Mapping[BlobId, Shape], entries: Collection[BlobId]
    ) -> None:
        self.shapes, self.entries = shapes, entries
        self.aliases: dict[BlobId, Alias] = {}
        self.contiguous: set[BlobId] = set()
        """Blobs that are used in another shape, and so must be in one piece."""
        dynamic = {top for step in steps if step.dynamic for top in step.tops}
        for step in steps:
            if not step.dynamic and step.bottoms and dynamic.isdisjoint(step.reads) and len(step.nodes) == 1:
                self._add_tops(step)
                self._add_bottoms(step)

    def _add_tops(self, step: Step) -> None:
        source, layer = step.bottoms[0], step.nodes[0].layer
        regions = alias_tops(layer, self.shapes[source], [self.shapes[top] for top in step.tops])
        if regions is None:
            return
        new = {top: Alias(source, region) for top, region in zip(step.tops, regions, strict=True)}
        if any(self._is_reshaped(top, alias) for top, alias in new.items()):
            if any(self._is_part(blob) for blob in alias_chain(source, self.aliases)):
                return
            self.contiguous.update(alias_chain(source, self.aliases))
        self.aliases.update(new)

    def _add_bottoms(self, step: Step) -> None:
        """A layer without a kernel copies its bottoms in any case."""
        regions = alias_bottoms(step.nodes[0].layer, [self.shapes[b] for b in step.bottoms])
        if regions is None or step.kernel is None:
            return
        for bottom, region in zip(step.bottoms, regions, strict=True):
            has_memory = bottom in self.aliases or bottom in self.entries or step.bottoms.count(bottom) > 1
            if not has_memory and bottom not in self.contiguous:
                self.aliases[bottom] = Alias(step.tops[0], region)

    def _is_reshaped(self, blob: BlobId, alias: Alias) -> bool:
        return alias.region.axis is None and self.shapes[blob] != self.shapes[alias.of]

    def _is_part(self, blob: BlobId) -> bool:
        return blob in self.aliases and self.aliases[blob].region.axis is not None


def alias_chain(blob: BlobId, aliases: Aliases) -> list[BlobId]:
    """The blob, the one that it is an alias of, and so on."""
    chain = [blob]
    while chain[-1] in aliases:
        chain.append(aliases[chain[-1]].of)
    return chain


def memory_owner(blob: BlobId, aliases: Aliases) -> BlobId:
    """The blob whose memory holds this one."""
    return alias_chain(blob, aliases)[-1]
