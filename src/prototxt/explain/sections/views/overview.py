"""A net as an overview for those who want to understand it: a line for each layer, and what to ask next."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.text import Text

from prototxt.errors import printable
from prototxt.explain.sections.receptive_field_label import Seen, seen
from prototxt.graph.graph import Graph
from prototxt.graph.select import PHASES
from prototxt.util.json import JsonObject
from prototxt.views.columns import Column, column_table, fit, not_shown
from prototxt.views.export import report_dict
from prototxt.views.net_rows import Row, make_report
from prototxt.views.numbers import known_shape, thousands


@dataclass(frozen=True)
class Overview:
    """A net's rows as the table of shapes has them, and by layer what it sees of the input, where that is told."""

    graph: Graph
    rows: tuple[Row, ...]
    seen: Mapping[int, Seen]

    def sees(self, row: Row) -> str:
        """`11x11`, `all`; empty where it is not told."""
        return self.seen[row.index].size if row.index in self.seen else ""

    def steps(self, row: Row) -> str:
        """How many pixels of the input lie between two values next to each other."""
        return self.seen[row.index].step if row.index in self.seen else ""


def make_overview(graph: Graph) -> Overview:
    """The overview of a graph."""
    return Overview(graph, make_report(graph).rows, seen(graph))


def columns(overview: Overview) -> list[Column[Row]]:
    """What is told of each layer."""
    report = make_report(overview.graph)
    return [
        Column("layer", lambda r: printable(r.name), "total", wraps=True, style="bold"),
        Column("type", lambda r: f"{printable(r.type)} {r.brief}".strip(), wraps=True, style="cyan"),
        Column("N x C x H x W", lambda r: "\n".join(map(known_shape, r.shapes)), style="green"),
        Column("sees", overview.sees, right=True),
        Column("step", overview.steps, right=True, spare=3),
        Column(
            "parameters", lambda r: thousands(r.param_count), f"{report.totals.params:,}", right=True, spare=1
        ),
        Column("MACs/image", lambda r: thousands(r.macs), f"{report.totals.macs:,}", right=True, spare=2),
    ]


MEANINGS = {
    "sees": "sees: pixels of the input that one value is made of",
    "step": "step: pixels of the input from one value to the next",
    "MACs/image": "MACs: multiply-adds of products with weights, bias not counted",
}
"""What the legend says of a column that is shown."""


def overview_text(overview: Overview, width: int) -> RenderableType:
    """The table, and what to ask next, at most `width` columns wide."""
    shown, hidden = fit(columns(overview), overview.rows, width)
    layer_classes = [MEANINGS[column.title] for column in shown if column.title in MEANINGS]
    legend = Text("\n".join([*layer_classes, *not_shown(hidden)]), style="dim")
    asked = Text("\n".join(["", "Ask next:", *(f"  {command}" for command in next_questions(overview))]))
    asked.no_wrap, asked.overflow = True, "ignore"  # a command that is copied must be in one piece
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
        entry["field"] = _field_dict(overview.seen[row.index]) if row.index in overview.seen else None
    return json.dumps(told, indent=2) + "\n"


def _field_dict(seen: Seen) -> JsonObject:
    field = seen.field
    return {
        "root": field.root.name,
        "size": [axis.size for axis in field.axes],
        "jump": [float(axis.jump) for axis in field.axes],
        "centre": [float(axis.centre) for axis in field.axes],
        "aligned": field.aligned,
        "whole": field.whole(seen.image),
    }
