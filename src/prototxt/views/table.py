"""The report as a table for a terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from prototxt.errors import printable
from prototxt.views.columns import WIDE, Column, column_table, fit, hidden_columns, plain_text
from prototxt.views.net_rows import Missing, Report, Row
from prototxt.views.numbers import arrow, bytes_cell, compact_shape, counted, known_shape, thousands

if TYPE_CHECKING:
    from prototxt.engine.watch import Timer

__all__ = ["missing_text", "report_table", "table_text"]


MAX_REASONS = 10
"""Reasons for which layers cannot run that are listed one by one; layers of one type share a reason."""


def _columns(report: Report, timer: Timer | None) -> list[Column[Row]]:
    total = report.totals
    columns: list[Column[Row]] = [
        Column("layer", lambda r: printable(r.name), "total", wraps=True, style="bold"),
        Column("type", lambda r: r.type_text, wraps=True, style="cyan"),
        Column("bottoms → tops", lambda r: arrow(r.bottoms, r.tops), wraps=True, spare=4),
        Column("output N x C x H x W", lambda r: "\n".join(map(known_shape, r.shapes)), style="green"),
        Column("parameters", _param_shapes, wraps=True, spare=5, style="dim"),
        Column("count", _param_count, f"{total.params:,}", right=True),
    ]
    if total.statistics:
        cell = f"{total.statistics:,}"
        columns.append(Column("statistics", lambda r: thousands(r.statistics), cell, right=True, spare=2))
    columns.append(Column("MACs/image", lambda r: thousands(r.macs), f"{total.macs:,}", right=True, spare=1))
    cell = bytes_cell(total.activation_bytes)
    columns.append(Column("bytes", lambda r: bytes_cell(r.activation_bytes), cell, right=True, spare=3))
    return columns if timer is None else columns + _time_columns(timer)


def _time_columns(timer: Timer) -> list[Column[Row]]:
    total = timer.total

    def column(title: str, of: Callable[[list[float]], float]) -> Column[Row]:
        cell = f"{1000 * sum(map(of, timer.seconds.values())):.2f}"
        return Column(title, lambda r: _time(timer, r, of), cell, right=True, style="yellow")

    if timer.forwards < 2:
        return [column("ms", _median)]
    share: Column[Row] = Column(
        "share", lambda r: _share(timer, r, total), "100 %", right=True, style="yellow"
    )
    return [column("ms min", min), column("ms median", _median), share]


def _median(times: list[float]) -> float:
    from statistics import median  # slow to import, and only tables with times need it

    return median(times)


MAX_SHAPES = 6
"""Shapes of learned arrays in one cell; of more only the first half stand there. A DenseBlock has hundreds."""


def _param_shapes(row: Row) -> str:
    shown = row.params if len(row.params) <= MAX_SHAPES else row.params[: MAX_SHAPES // 2]
    left_out = len(row.params) - len(shown)
    text = " + ".join([*map(compact_shape, shown), *([f"{left_out} more"] if left_out else [])])
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
    return f"{100 * _median(timer.seconds[row.index]) / total:.1f} %"


def report_table(report: Report, width: int, timer: Timer | None = None) -> RenderableType:
    """The table with a title above and a legend below, at most `width` columns wide.

    Where that is too narrow, parameter shapes are hidden first, then the wiring, then bytes; the legend says so.
    """
    columns, hidden = fit(_columns(report, timer), report.rows, width)
    parts = [_title(report), column_table(columns, report.rows, width), _legend(report, hidden)]
    return Group(*parts, *([missing_text(report)] if report.missing else []))


def _title(report: Report) -> Text:
    return Text.assemble(
        (printable(report.name) or "net", "bold"), f" · {report.phase} · {len(report.rows)} layers"
    )


def _legend(report: Report, hidden: list[str]) -> Text:
    remarks = {
        "MACs/image": "MACs: multiply-adds of products with weights, bias not counted",
        "bytes": f"bytes: outputs in float32 for the whole batch of {report.images}",
        "bottoms → tops": "↺ works in place",
    }
    lines = ["; ".join(remark for title, remark in remarks.items() if title not in hidden)]
    if report.totals.statistics and "statistics" not in hidden:
        lines.append("statistics: stored means, variances and factors, measured, not learned")
    return Text("\n".join(filter(None, [*lines, *hidden_columns(hidden)])), style="dim")


def missing_text(report: Report) -> Text:
    """The layers that cannot run, the number of those that depend on them, and hints."""
    number, waiting = len(report.missing), sum(None in row.shapes and not row.missing for row in report.rows)
    known = any(row.state not in ("", "unknown") for row in report.rows)
    summary = (
        f"{counted(number, 'layer')} cannot run"
        if known
        else f"{counted(number, 'layer is', 'layers are')} not implemented"
    )
    summary += f"; the shapes of {counted(waiting, 'other layer')} depend on that (?)" if waiting else ""
    lines = [f"\n{summary}; totals are those of the rest"]
    by_reason: dict[tuple[str, str], list[Missing]] = {}
    for missing in report.missing:
        by_reason.setdefault((missing.type, missing.what), []).append(missing)
    for (_, reason), (first, *others) in list(by_reason.items())[:MAX_REASONS]:
        layers = f'layer "{printable(first.layer)}"' + (f" and {len(others)} more" if others else "")
        lines.append(f"  {first.place}: {layers}: {printable(reason)}")
        lines += [f"    hint: {printable(first.hint)}"] * bool(first.hint)
    lines += [f"  and {len(by_reason) - MAX_REASONS} more reasons"] * (len(by_reason) > MAX_REASONS)
    return Text("\n".join(lines), style="yellow")


def table_text(report: Report) -> str:
    """The table as plain text, as wide as it needs."""
    return plain_text(report_table(report, WIDE))
