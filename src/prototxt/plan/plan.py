"""The plan of a forward pass: steps in order, each with its kernel, and where every blob lies in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from prototxt.blobs import count
from prototxt.graph.graph import BlobId, Graph
from prototxt.graph.versions import find_blob
from prototxt.plan.alias import Alias, find_aliases
from prototxt.plan.choose_kernel import Choose, choose
from prototxt.plan.fuse import Step, fuse
from prototxt.plan.memory import Lifetime, allocate, lifetimes

__all__ = ["Keep", "Plan", "make_plan", "resolve_keep"]

Keep = str | Sequence[str]
"""The blobs that survive a forward: "all", "outputs", or names; see `resolve_keep`."""

MAX_LOOKAHEAD = 8
"""Next steps that are considered for a wave."""


@dataclass(frozen=True)
class Plan:
    """Steps in the order in which they run; those of one wave run at the same time.

    Attributes:
        graph: the net, or the part of it, that the plan runs.
        kept: the blobs that survive a forward.
        waves: the steps.
        aliases: the blobs that lie in another one's memory.
        offsets: where each other blob starts in the arena, in numbers.
        workspaces: where the memory that a step uses between its phases starts, by the index of its first node.
        buffers: size and lifetime of all these pieces of memory.
        arena: the size of the arena, in numbers.
    """

    graph: Graph
    kept: frozenset[BlobId]
    waves: tuple[tuple[Step, ...], ...]
    aliases: Mapping[BlobId, Alias]
    offsets: Mapping[BlobId, int]
    workspaces: Mapping[int, int]
    buffers: tuple[Lifetime, ...]
    arena: int

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps of all waves, in order."""
        return tuple(step for wave in self.waves for step in wave)

    @property
    def peak_bytes(self) -> int:
        """Bytes of blobs, the inputs among them, and of the memory of steps."""
        return 4 * (self.arena + sum(count(self.graph.shapes[blob]) for blob in self.graph.entries))

    def workspace(self, step: Step) -> int:
        """The size of the memory that a step keeps between its phases, in numbers."""
        return step.kernel.workspace() if step.kernel else 0

    def is_free(self, step: Step) -> bool:
        """Whether a step has nothing to do, because its tops lie in its bottoms, or its bottoms in its top."""
        if step.dynamic or not step.tops or not step.bottoms:
            return False
        tops_are_bottoms = all(self._lies_in(top, step.bottoms) for top in step.tops)
        return tops_are_bottoms or all(self._lies_in(bottom, step.tops[:1]) for bottom in step.bottoms)

    def _lies_in(self, blob: BlobId, others: Sequence[BlobId]) -> bool:
        return blob in self.aliases and self.aliases[blob].of in others


def make_plan(graph: Graph, kept: frozenset[BlobId], choose: Choose = choose) -> Plan:
    """Lowers a graph to steps after which the blobs `kept` survive."""
    waves = _waves(fuse(graph, kept, choose), graph)
    steps = [step for wave in waves for step in wave]
    aliases = find_aliases(steps, graph.shapes, graph.entries)
    external = {*graph.entries, *(top for step in steps if step.dynamic for top in step.tops)}
    accesses = [_access(wave) for wave in waves]
    blobs = lifetimes(accesses, [*kept, *graph.losses], graph.shapes, aliases, external)
    workspaces = _workspaces(waves)
    buffers = (*blobs.values(), *workspaces.values())
    offsets, arena = allocate(buffers)
    return Plan(
        graph,
        kept,
        tuple(map(tuple, waves)),
        aliases,
        dict(zip(blobs, offsets, strict=False)),
        dict(zip(workspaces, offsets[len(blobs) :], strict=True)),
        buffers,
        arena,
    )


def _access(wave: Sequence[Step]) -> tuple[list[BlobId], list[BlobId]]:
    return [b for step in wave for b in step.reads], [t for step in wave for t in step.tops]


def _workspaces(waves: Sequence[Sequence[Step]]) -> dict[int, Lifetime]:
    """The memory that each step keeps between its phases, by the index of its first node."""
    return {
        step.nodes[0].index: Lifetime(size, time, time)
        for time, wave in enumerate(waves)
        for step in wave
        if step.kernel and (size := step.kernel.workspace())
    }


def _seconds(step: Step) -> float:
    return step.kernel.seconds() if step.kernel else 0


def _waves(steps: Sequence[Step], graph: Graph) -> list[list[Step]]:
    """Steps that need not wait for one another form a wave, the longest first: the others fill up the time it takes.

    Only the next few steps are considered, so that no blob is computed long before it is read.
    """
    available, rest = set(graph.entries), list(steps)
    waves = []
    while rest:
        wave = [step for step in rest[:MAX_LOOKAHEAD] if available.issuperset(step.reads)]
        waves.append(sorted(wave, key=lambda step: -_seconds(step)))
        available.update(top for step in wave for top in step.tops)
        rest = [step for step in rest if step not in wave]
    return waves


def resolve_keep(graph: Graph, keep: Keep, within: Graph | None = None) -> frozenset[BlobId]:
    """The blob versions that survive a forward; outputs always do.

    `keep` is "all" (every blob's last version), "outputs", or a list of names as `find_blob` takes them, for example
    `conv1:before-relu`. In a forward of a part of the net (`within`) only blobs of that part survive; a blob that a
    layer after the part would overwrite survives as the part leaves it.

    Raises InputError for a name the net does not have.
    """
    part = within or graph
    last = part.last
    kept = {last[name] for name in part.outputs}
    if keep == "all":
        kept.update(last.values())
    elif keep != "outputs":
        for name in [keep] if isinstance(keep, str) else keep:
            blob = find_blob(graph, name)
            kept.add(blob if blob in part.shapes else last.get(blob.name, blob))
    return frozenset(kept & part.shapes.keys())
