"""The plan of a forward pass: steps in order, each with its kernel, what it reads, writes and lets go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prototxt.graph.versions import find_blob
from prototxt.graph.wiring import BlobId, Graph, Node, located_at
from prototxt.layers.base import Array
from prototxt.plan.choose import Kernel, choose
from prototxt.plan.fuse import finish_in_place, fuse
from prototxt.plan.memory import deaths, peak_bytes

Keep = str | Sequence[str]


@dataclass(frozen=True, slots=True)
class Step:
    """One layer, with the layers that finish its result in place behind it."""

    nodes: tuple[Node, ...]
    kernel: Kernel
    bottoms: tuple[BlobId, ...]
    tops: tuple[BlobId, ...]

    def run(self, bottom: Sequence[Array], params: Sequence[Sequence[Array]]) -> list[Array]:
        """The tops' values; `params` holds every node's arrays by node index."""
        first, *rest = self.nodes
        with located_at(first):
            tops = self.kernel.run(first.layer, bottom, params[first.index])
        for node in rest:
            finish_in_place(node.layer, tops[0], params[node.index])
        return tops


@dataclass(frozen=True)
class Plan:
    """Steps in order; `dead[i]` are the blobs nobody needs after step i, `kept` those that survive."""

    graph: Graph
    steps: tuple[Step, ...]
    dead: tuple[tuple[BlobId, ...], ...]
    kept: frozenset[BlobId]
    peak_bytes: int


def make_plan(graph: Graph, kept: frozenset[BlobId]) -> Plan:
    """Lowers a graph to steps after which the blobs `kept` survive."""
    steps = []
    for chain in fuse(graph, kept):
        first, last = chain[0], chain[-1]
        kernel = choose(first.layer, graph.bottom_shapes(first))
        steps.append(Step(chain, kernel, first.bottoms, last.tops))
    accesses = [(step.bottoms, step.tops) for step in steps]
    dead = deaths(accesses, kept)
    peak = peak_bytes(graph.entries, accesses, dead, graph.shapes)
    return Plan(graph, tuple(steps), tuple(dead), kept, peak)


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
