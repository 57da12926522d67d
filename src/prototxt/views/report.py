"""The rows that every view shows: computed once from the graph, nothing formatted."""

from __future__ import annotations

from dataclasses import dataclass

from prototxt.graph.select import PHASES
from prototxt.graph.wiring import BlobId, Graph, Node
from prototxt.layers.base import Shape, count

FLOAT_BYTES = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One layer.

    `param_count` counts learned values it owns, `statistics` what it measures (BatchNorm); what it shares with an
    earlier layer is counted there, and `shared_with` names that layer. `macs` are per image, `activation_bytes`
    for the whole batch, 0 where the layer works in place.
    """

    index: int
    name: str
    type: str
    brief: str
    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    shapes: tuple[Shape, ...]
    params: tuple[Shape, ...]
    param_count: int
    statistics: int
    shared_with: tuple[str, ...]
    macs: int
    activation_bytes: int

    @property
    def in_place(self) -> bool:
        return bool(self.tops) and set(self.tops) <= set(self.bottoms)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the rows."""

    params: int
    statistics: int
    macs: int
    activation_bytes: int


@dataclass(frozen=True)
class Report:
    """A net in rows; `images` is the batch that activation bytes are for."""

    name: str
    phase: str
    images: int
    inputs: dict[str, Shape]
    outputs: tuple[str, ...]
    blobs: dict[str, Shape]
    rows: tuple[Row, ...]
    totals: Totals


def make_report(graph: Graph) -> Report:
    """The report of a graph."""
    rows = tuple(_row(graph, node) for node in graph.nodes)
    totals = Totals(
        sum(r.param_count for r in rows),
        sum(r.statistics for r in rows),
        sum(r.macs for r in rows),
        sum(r.activation_bytes for r in rows),
    )
    inputs = {name: graph.shapes[BlobId(name)] for name in graph.inputs}
    blobs = {name: graph.shapes[blob] for name, blob in graph.last.items()}
    return Report(graph.name, PHASES[graph.phase], graph.images, inputs, graph.outputs, blobs, rows, totals)


def _row(graph: Graph, node: Node) -> Row:
    own = node.own_params
    new_tops = [t for t in node.tops if t.version == 0]
    return Row(
        index=node.index,
        name=node.name,
        type=node.type,
        brief=node.layer.brief(graph.bottom_shapes(node)),
        bottoms=tuple(b.name for b in node.bottoms),
        tops=tuple(t.name for t in node.tops),
        shapes=tuple(graph.top_shapes(node)),
        params=tuple(p.shape for p in node.params),
        param_count=sum(count(p.shape) for p in own if not p.statistic),
        statistics=sum(count(p.shape) for p in own if p.statistic),
        shared_with=tuple(
            dict.fromkeys(graph.nodes[p.owner].name for p in node.params if p.owner != node.index)
        ),
        macs=node.cost.macs // graph.images,
        activation_bytes=FLOAT_BYTES * sum(count(graph.shapes[t]) for t in new_tops),
    )
