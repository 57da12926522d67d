"""A net as an overview for those who want to understand it: a line for each layer, and what to ask next."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from prototxt.errors import printable
from prototxt.explain.field import Field, fields
from prototxt.graph.select import PHASES
from prototxt.graph.wiring import BlobId, Graph
from prototxt.layers.base import Shape
from prototxt.views.columns import Column, column_table, fit, not_shown
from prototxt.views.export import report_dict
from prototxt.views.numbers import compact_shape, known_shape, thousands
from prototxt.views.report import Row, make_report


@dataclass(frozen=True)
class Overview:
    """A net's rows as the table of shapes has them, and by layer the field of its first top, where it is told."""

    graph: Graph
    rows: tuple[Row, ...]
    fields: Mapping[int, Field]
    images: Mapping[BlobId, Shape]

    def sees(self, row: Row) -> str:
        """`11x11`, `all`; empty where it is not told."""
        field = self.fields.get(row.index)
        if field is None:
            return ""
        if field.whole(self.images[field.root]):
            return "all"
        sizes = compact_shape(tuple(axis.size for axis in field.axes))
        return sizes if field.aligned else f"to {sizes}"

    def steps(self, row: Row) -> str:
        """How many pixels of the input lie between two values next to each other."""
        field = self.fields.get(row.index)
        if field is None or not field.aligned or all(axis.units == 1 for axis in field.axes):
            return ""
        return "x".join(dict.fromkeys(f"{float(axis.jump):.3g}" for axis in field.axes))


def make_overview(graph: Graph) -> Overview:
    """The overview of a graph."""
    seen = {blob: field for blob, field in fields(graph).items() if field.axes}
    first = {node.index: seen[node.tops[0]] for node in graph.nodes if node.tops and node.tops[0] in seen}
    images = {field.root: graph.shapes[field.root][2:] for field in seen.values()}
    return Overview(graph, make_report(graph).rows, first, images)


def columns(overview: Overview) -> list[Column[Row]]:
    """What is told of each layer."""
    report = make_report(overview.graph)
    return [
        Column("layer", lambda r: printable(r.name), "total", wraps=True, style="bold"),
        Column("type", lambda r: f"{printable(r.type)} {r.brief}".strip(), wraps=True, style="cyan"),
        Column("output N x C x H x W", lambda r: "\n".join(map(known_shape, r.shapes)), style="green"),
        Column("sees", overview.sees, right=True),
        Column("step", overview.steps, right=True, spare=1),
        Column("parameters", lambda r: thousands(r.param_count), f"{report.totals.params:,}", right=True),
        Column("MACs/image", lambda r: thousands(r.macs), f"{report.totals.macs:,}", right=True),
    ]


LEGEND = (
    "sees: pixels of the input that one value is made of; step: pixels from one to the next\n"
    "MACs: multiply-adds of products with weights, bias not counted"
)


def overview_text(overview: Overview, width: int) -> RenderableType:
    """The table, and what to ask next, at most `width` columns wide."""
    shown, hidden = fit(columns(overview), overview.rows, width)
    legend = Text("\n".join([LEGEND, *not_shown(hidden)]), style="dim")
    asked = Text("\n".join(["", "Ask next:", *(f"  {command}" for command in next_questions(overview))]))
    return Group(_title(overview), column_table(shown, overview.rows, width), legend, asked)


def _title(overview: Overview) -> Text:
    graph = overview.graph
    told = f" · {PHASES[graph.phase]} · {len(overview.rows)} layers"
    return Text.assemble((printable(graph.name) or "net", "bold"), told)


def next_questions(overview: Overview) -> list[str]:
    """Commands that tell more, of the layer that works most."""
    if not overview.rows:
        return []
    row = max(overview.rows, key=lambda r: r.macs)
    command = f"prototxt-explain {shlex.quote(overview.graph.file)} {shlex.quote(row.name)}"
    shape = next(iter(row.shapes), None)
    if not shape:
        return [command]
    at = ",".join(str(0 if axis == 0 else length // 2) for axis, length in enumerate(shape))
    return [command, f"{command} --at {at}"]


def overview_json(overview: Overview) -> str:
    """The report for programs, with a field for each layer."""
    told = report_dict(make_report(overview.graph))
    for row, entry in zip(overview.rows, told["layers"], strict=True):
        field = overview.fields.get(row.index)
        entry["field"] = None if field is None else _field_dict(overview, field)
    return json.dumps(told, indent=2) + "\n"


def _field_dict(overview: Overview, field: Field) -> dict[str, Any]:
    return {
        "root": field.root.name,
        "size": [axis.size for axis in field.axes],
        "jump": [float(axis.jump) for axis in field.axes],
        "centre": [float(axis.centre) for axis in field.axes],
        "aligned": field.aligned,
        "whole": field.whole(overview.images[field.root]),
    }
