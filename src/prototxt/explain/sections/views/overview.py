"""An overview of a net for a reader who wants to understand it: a line per layer, and commands to try next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.text import Text

from prototxt.errors import printable
from prototxt.explain.sections.receptive_field.label import FieldLabel, field_labels
from prototxt.graph.graph import Graph
from prototxt.graph.select import PHASES
from prototxt.util.json import JsonObject, dumps_raw
from prototxt.util.shell import shell_word
from prototxt.views.columns import Column, column_table, fit, hidden_columns
from prototxt.views.export import report_dict
from prototxt.views.net_rows import Report, Row, make_report
from prototxt.views.numbers import known_shape, thousands
from prototxt.views.table import missing_text

__all__ = [
    "LEGEND",
    "Overview",
    "columns",
    "make_overview",
    "next_commands",
    "overview_json",
    "overview_text",
]

LEGEND = {
    "sees": "sees: pixels of the input that one value depends on",
    "step": "step: pixels of the input from one value to the next",
    "MACs/image": "MACs: multiply-adds of products with weights, bias not counted",
}
"""The explanation of a column, by its title."""


@dataclass(frozen=True)
class Overview:
    """The report of the table of shapes, and the receptive fields of the layers for which they are known."""

    graph: Graph
    report: Report
    fields: Mapping[int, FieldLabel]

    @property
    def rows(self) -> tuple[Row, ...]:
        """The layers."""
        return self.report.rows

    def field_size(self, row: Row) -> str:
        """`11x11`, `all`; empty where it is unknown."""
        return self.fields[row.index].size if row.index in self.fields else ""

    def field_step(self, row: Row) -> str:
        """The pixels of the input from one value to the next; empty where there is no grid."""
        return self.fields[row.index].step if row.index in self.fields else ""


def make_overview(graph: Graph) -> Overview:
    """The overview of a graph."""
    return Overview(graph, make_report(graph), field_labels(graph))


def columns(overview: Overview) -> list[Column[Row]]:
    """The columns of the table."""
    totals = overview.report.totals
    return [
        Column("layer", lambda r: printable(r.name), "total", wraps=True, style="bold"),
        Column("type", lambda r: r.type_text, wraps=True, style="cyan"),
        Column("N x C x H x W", lambda r: "\n".join(map(known_shape, r.shapes)), style="green"),
        Column("sees", overview.field_size, right=True),
        Column("step", overview.field_step, right=True, spare=3),
        Column("parameters", lambda r: thousands(r.param_count), f"{totals.params:,}", right=True, spare=1),
        Column("MACs/image", lambda r: thousands(r.macs), f"{totals.macs:,}", right=True, spare=2),
    ]


def overview_text(overview: Overview, width: int) -> RenderableType:
    """The table, and commands to try next, at most `width` columns wide."""
    shown, hidden = fit(columns(overview), overview.rows, width)
    remarks = [LEGEND[column.title] for column in shown if column.title in LEGEND]
    legend = Text("\n".join([*remarks, *hidden_columns(hidden)]), style="dim")
    commands = Text("\n".join(["", "Try next:", *(f"  {command}" for command in next_commands(overview))]))
    commands.no_wrap, commands.overflow = True, "ignore"  # a command that is copied must be in one piece
    missing = [missing_text(overview.report)] if overview.report.missing else []
    return Group(_title(overview), column_table(shown, overview.rows, width), legend, *missing, commands)


def _title(overview: Overview) -> Text:
    graph = overview.graph
    rest = f" · {PHASES[graph.phase]} · {len(overview.rows)} layers"
    return Text.assemble((printable(graph.name) or "net", "bold"), rest)


def next_commands(overview: Overview) -> list[str]:
    """Commands that explain the most expensive layer, and one of its values."""
    if not overview.rows:
        return []
    row = max(overview.rows, key=lambda r: r.macs)
    command = f"prototxt-explain {shell_word(overview.graph.file)} {shell_word(row.name)}"
    shape = next(iter(row.shapes), None)
    if not shape:
        return [command]
    index = ",".join(str(0 if axis == 0 else length // 2) for axis, length in enumerate(shape))
    return [command, f"{command} --at {index}"]


def overview_json(overview: Overview) -> str:
    """The report for programs, with the key `field` in each layer."""
    report = report_dict(overview.report)
    for row, layer in zip(overview.rows, report["layers"], strict=True):
        layer["field"] = _field_dict(overview.fields[row.index]) if row.index in overview.fields else None
    return dumps_raw(report) + "\n"


def _field_dict(label: FieldLabel) -> JsonObject:
    field = label.field
    return {
        "root": field.root.name,
        "size": [axis.size for axis in field.axes],
        "jump": [float(axis.jump) for axis in field.axes],
        "centre": [float(axis.centre) for axis in field.axes],
        "aligned": field.aligned,
        "whole": field.covers(label.image),
    }
