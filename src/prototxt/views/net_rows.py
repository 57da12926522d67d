"""The rows of the table of shapes, computed once from the graph for every view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from prototxt.blobs import Shape
from prototxt.errors import printable
from prototxt.graph.graph import BlobId, Graph, Node
from prototxt.graph.select import PHASES
from prototxt.layers.unknown import Unknown

__all__ = ["Missing", "Report", "Row", "Totals", "make_report"]


@dataclass(frozen=True, slots=True)
class Row:
    """One layer.

    `param_count` counts learned values it owns, `statistics` what it measures (BatchNorm); what it shares with an
    earlier layer is counted there, and `shared_with` names that layer. `macs` are per image, `activation_bytes`
    for the whole batch, 0 where the layer works in place. A shape is None where it depends on a layer that cannot run;
    `missing` marks such a layer itself, and `state` is its state in words (see `Unknown.state`).
    """

    index: int
    name: str
    type: str
    brief: str
    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    shapes: tuple[Shape | None, ...]
    params: tuple[Shape, ...]
    param_count: int
    statistics: int
    shared_with: tuple[str, ...]
    macs: int
    activation_bytes: int
    missing: bool = False
    state: str = ""

    @property
    def type_text(self) -> str:
        """The type with the layer's parameters in one token, or with its state."""
        return f"{printable(self.type)} {f'({self.state})' if self.missing else self.brief}".strip()

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


class Missing(NamedTuple):
    """A layer that cannot run: its place, the reason, and what to do."""

    layer: str
    type: str
    place: str
    what: str
    hint: str


@dataclass(frozen=True)
class Report:
    """A net in rows; `images` is the batch that activation bytes are for."""

    name: str
    phase: str
    images: int
    inputs: dict[str, Shape]
    outputs: tuple[str, ...]
    blobs: dict[str, Shape | None]
    rows: tuple[Row, ...]
    totals: Totals
    missing: tuple[Missing, ...] = ()


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
    touched = (blob for node in graph.nodes for blob in (*node.bottoms, *node.tops))
    blobs = {blob.name: graph.shapes.get(blob) for blob in touched}
    missing = tuple(
        Missing(error.layer or "", error.layer_type or "", str(error.place), error.what, error.hint or "")
        for error in graph.missing
    )
    return Report(
        graph.name, PHASES[graph.phase], graph.images, inputs, graph.outputs, blobs, rows, totals, missing
    )


def _row(graph: Graph, node: Node) -> Row:
    return Row(
        index=node.index,
        name=node.name,
        type=node.type,
        brief=graph.brief(node),
        bottoms=tuple(b.name for b in node.bottoms),
        tops=tuple(t.name for t in node.tops),
        shapes=tuple(graph.shapes.get(top) for top in node.tops),
        params=tuple(p.shape for p in node.params),
        param_count=node.param_count,
        statistics=node.statistics,
        shared_with=tuple(
            dict.fromkeys(graph.nodes[p.owner].name for p in node.params if p.owner != node.index)
        ),
        macs=graph.macs(node),
        activation_bytes=graph.new_bytes(node),
        missing=isinstance(node.layer, Unknown),
        state=node.layer.state if isinstance(node.layer, Unknown) else "",
    )
