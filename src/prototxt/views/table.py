"""The report as a table for a terminal."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from prototxt.errors import printable
from prototxt.layers.base import show
from prototxt.views.columns import WIDE, Column, column_table, fit, not_shown, plain_text
from prototxt.views.numbers import arrow, compact_shape, human_bytes, thousands
from prototxt.views.report import Report, Row
from prototxt.watch import Timer

if TYPE_CHECKING:
    from prototxt.views.answers import Answer


def _columns(report: Report, timer: Timer | None) -> list[Column[Row]]:
    total = report.totals
    columns: list[Column[Row]] = [
        Column("layer", lambda r: printable(r.name), "total", wraps=True, style="bold"),
        Column("type", lambda r: f"{r.type} {r.brief}".strip(), wraps=True, style="cyan"),
        Column("bottoms → tops", lambda r: arrow(r.bottoms, r.tops), wraps=True, spare=4),
        Column("output N x C x H x W", lambda r: "\n".join(show(s) for s in r.shapes), style="green"),
        Column("parameters", _param_shapes, wraps=True, spare=5, style="dim"),
        Column("count", _param_count, f"{total.params:,}", right=True),
    ]
    if total.statistics:
        cell = f"{total.statistics:,}"
        columns.append(Column("statistics", lambda r: thousands(r.statistics), cell, right=True, spare=2))
    columns.append(Column("MACs/image", lambda r: thousands(r.macs), f"{total.macs:,}", right=True, spare=1))
    cell = human_bytes(total.activation_bytes)
    columns.append(Column("bytes", lambda r: human_bytes(r.activation_bytes), cell, right=True, spare=3))
    return columns if timer is None else columns + _time_columns(timer)


def _time_columns(timer: Timer) -> list[Column[Row]]:
    total = timer.total

    def column(title: str, of: Callable[[list[float]], float]) -> Column[Row]:
        cell = f"{1000 * sum(map(of, timer.seconds.values())):.2f}"
        return Column(title, lambda r: _time(timer, r, of), cell, right=True, style="yellow")

    if timer.forwards < 2:
        return [column("ms", median)]
    share: Column[Row] = Column(
        "share", lambda r: _share(timer, r, total), "100 %", right=True, style="yellow"
    )
    return [column("ms min", min), column("ms median", median), share]


def _param_shapes(row: Row) -> str:
    text = " + ".join(compact_shape(s) for s in row.params)
    return f"{text} of {printable(', '.join(row.shared_with))}" if row.shared_with else text


def _param_count(row: Row) -> str:
    return "shared" if row.shared_with and not row.param_count else thousands(row.param_count)


def _time(timer: Timer, row: Row, of: Callable[[list[float]], float]) -> str:
    if row.index in timer.fused:
        return "fused"
    return f"{1000 * of(timer.seconds[row.index]):.2f}" if row.index in timer.seconds else ""


def _share(timer: Timer, row: Row, total: float) -> str:
    if row.index not in timer.seconds or not total:
        return ""
    return f"{100 * median(timer.seconds[row.index]) / total:.1f} %"


def report_table(report: Report, width: int, timer: Timer | None = None) -> RenderableType:
    """The table with a title above and what the numbers mean below, at most `width` columns wide.

    Where that is too narrow, parameter shapes go first, then the wiring, then bytes; a line says so.
    """
    columns, hidden = fit(_columns(report, timer), report.rows, width)
    return Group(_title(report), column_table(columns, report.rows), _legend(report, hidden))


def _title(report: Report) -> Text:
    return Text.assemble(
        (printable(report.name) or "net", "bold"), f" · {report.phase} · {len(report.rows)} layers"
    )


def _legend(report: Report, hidden: list[str]) -> Text:
    lines = [
        "MACs: multiply-adds of products with weights, bias not counted; "
        f"bytes: outputs in float32 for the whole batch of {report.images}; ↺ works in place"
    ]
    if report.totals.statistics:
        lines.append("statistics: BatchNorm's stored mean, variance and factor, measured rather than learned")
    lines += not_shown(hidden)
    return Text("\n".join(lines), style="dim")


def table_text(report: Report) -> str:
    """The table as plain text, as wide as it needs."""
    return plain_text(report_table(report, WIDE))


BAR = 24
"""Columns of the longest score bar."""


def answers_table(answer: Answer) -> RenderableType:
    """The best classes, with bars where the scores are probabilities; a line with the range of other outputs."""
    head = f"{printable(answer.output)} {show(answer.shape)}"
    if not answer.classes:
        return Text(f"{head}: min {answer.least:.6g}, mean {answer.mean:.6g}, max {answer.most:.6g}")
    best = answer.classes
    columns = [("class", "right", [str(c.index) for c in best])]
    if any(c.label for c in best):
        columns.append(("label", "left", [printable(c.label) for c in best]))
    columns.append(("score", "right", [f"{c.score:.6f}" for c in best]))
    if answer.least >= 0 and answer.most <= 1:
        columns.append(("", "left", ["█" * round(BAR * c.score) for c in best]))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name, side, _ in columns:
        table.add_column(name, justify="right" if side == "right" else "left", style="" if name else "green")
    for row in zip(*(cells for _, _, cells in columns), strict=True):
        table.add_row(*map(Text, row))
    return Group(Text(f"{head}, best {len(best)}", style="italic"), table)
