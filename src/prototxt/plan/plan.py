"""The plan of a forward pass: steps in order, each with its kernel, and where every blob lies in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from prototxt.blobs import count
from prototxt.graph.graph import BlobId, Graph
from prototxt.graph.versions import find_blob
from prototxt.layers.concat import Concat
from prototxt.plan.choose import choose
from prototxt.plan.fuse import Choose, Step, fuse
from prototxt.plan.memory import Life, View, is_copy, lay, lives, share

Keep = str | Sequence[str]

WINDOW = 8
"""How many steps ahead is looked for one that need not wait."""


@dataclass(frozen=True)
class Plan:
    """Steps in the order in which they run, those of one of the `waves` at the same time.

    `views` are the blobs that lie in another one's memory, `offsets` where the others start in an arena of
    `arena` numbers, `workspaces` where each step keeps what it makes between its phases.
    """

    graph: Graph
    kept: frozenset[BlobId]
    waves: tuple[tuple[Step, ...], ...]
    views: Mapping[BlobId, View]
    offsets: Mapping[BlobId, int]
    workspaces: Mapping[int, int]
    needs: tuple[Life, ...]
    arena: int

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for wave in self.waves for step in wave)

    @property
    def peak_bytes(self) -> int:
        """What blobs and the memory of steps take, inputs with them."""
        return 4 * (self.arena + sum(count(self.graph.shapes[blob]) for blob in self.graph.entries))

    def workspace(self, step: Step) -> int:
        """How many numbers a step keeps between its phases."""
        return _workspace(step, self.graph)

    def is_free(self, step: Step) -> bool:
        """Whether a step has nothing to do: what it makes lies in what it reads, or the other way round."""
        if step.dynamic or not step.tops:
            return False
        if step.kernel is None or is_copy(step):
            return all(top in self.views and self.views[top].of in step.bottoms for top in step.tops)
        is_join = isinstance(step.nodes[0].layer, Concat) and len(step.nodes) == 1
        return is_join and all(b in self.views and self.views[b].of == step.tops[0] for b in step.bottoms)


def make_plan(graph: Graph, kept: frozenset[BlobId], choose: Choose = choose) -> Plan:
    """Lowers a graph to steps after which the blobs `kept` survive."""
    steps = fuse(graph, kept, choose)
    waves = _waves(steps, graph)
    ordered = [step for wave in waves for step in wave]
    views = share(ordered, graph.shapes, graph.entries)
    outside = {*graph.entries, *(top for step in ordered if step.dynamic for top in step.tops)}
    accesses = [_access(wave) for wave in waves]
    needed = lives(accesses, [*kept, *graph.losses], graph.shapes, views, outside)
    blobs = list(needed)
    spaces = {
        step.nodes[0].index: Life(size, time, time)
        for time, wave in enumerate(waves)
        for step in wave
        if (size := _workspace(step, graph))
    }
    needs = (*needed.values(), *spaces.values())
    offsets, arena = lay(needs)
    return Plan(
        graph,
        kept,
        tuple(map(tuple, waves)),
        views,
        dict(zip(blobs, offsets, strict=False)),
        dict(zip(spaces, offsets[len(blobs) :], strict=True)),
        needs,
        arena,
    )


def _access(wave: Sequence[Step]) -> tuple[list[BlobId], list[BlobId]]:
    return [b for step in wave for b in step.reads], [t for step in wave for t in step.tops]


def _workspace(step: Step, graph: Graph) -> int:
    if step.kernel is None:
        return 0
    return step.kernel.workspace(step.nodes[0].layer, [graph.shapes[b] for b in step.bottoms])


def _seconds(step: Step, graph: Graph) -> float:
    if step.kernel is None:
        return 0
    return step.kernel.seconds(step.nodes[0].layer, [graph.shapes[b] for b in step.bottoms])


def _waves(steps: Sequence[Step], graph: Graph) -> list[list[Step]]:
    """Steps that need not wait for one another run at the same time; looked for among the next few alone, so that
    no blob is made long before it is read. The longest is first: what is left at the end is then short."""
    there, rest = set(graph.entries), list(steps)
    waves = []
    while rest:
        wave = [step for step in rest[:WINDOW] if there.issuperset(step.reads)]
        waves.append(sorted(wave, key=lambda step: -_seconds(step, graph)))
        there.update(top for step in wave for top in step.tops)
        rest = [step for step in rest if step not in wave]
    return waves


def resolve_keep(graph: Graph, keep: Keep, within: Graph | None = None) -> frozenset[BlobId]:
    """The blob versions that survive a forward; outputs always do.

    `keep` is "all" (every blob's last version), "outputs", or a list of names as `find_blob` takes them, such as
    `conv1:before-relu`. Of a forward of a part only (`within`), what that part touches survives; a blob that layers
    behind the part would have written over is there as the part leaves it.

    Raises InputError for a name the net does not have.
    """
    ran = within or graph
    last = ran.last
    kept = {last[name] for name in ran.outputs}
    if keep == "all":
        kept.update(last.values())
    elif keep != "outputs":
        for name in [keep] if isinstance(keep, str) else keep:
            blob = find_blob(graph, name)
            kept.add(blob if blob in ran.shapes else last.get(blob.name, blob))
    return frozenset(kept & ran.shapes.keys())
