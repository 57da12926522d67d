"""A plan as a table: the steps in order, with their layers, kernel and memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from prototxt.errors import printable
from prototxt.views.columns import WIDE, Column, R, column_table, fit, hidden_columns, plain_text
from prototxt.views.numbers import bytes_cell, compact_shape, counted, first_few, human_bytes
from prototxt.views.plan import PlanReport, PlanRow

__all__ = ["gflop", "names", "plan_table", "plan_text", "step_columns", "types"]


def plan_table(report: PlanReport, width: int) -> RenderableType:
    """The table of steps, and the memory of the plan below it, at most `width` columns wide."""
    columns, hidden = fit(_columns(report), report.rows, width)
    return Group(_title(report), column_table(columns, report.rows, width), _legend(report, hidden))


def plan_text(report: PlanReport) -> str:
    """The table as plain text, as wide as it needs."""
    return plain_text(plan_table(report, WIDE))


def step_columns(of: Callable[[R], PlanRow]) -> list[Column[R]]:
    """The columns that identify a step; `of` returns the step of a row."""
    return [
        Column("step", lambda r: str(of(r).number), right=True),
        Column("layers", lambda r: names(of(r)), "total", wraps=True, style="bold"),
        Column("type", lambda r: types(of(r)), wraps=True, style="cyan", spare=2),
        Column("kernel", lambda r: of(r).kernel, style="magenta"),
    ]


def _columns(report: PlanReport) -> list[Column[PlanRow]]:
    number, *what = step_columns(_itself)
    return [
        number,
        Column("wave", lambda r: str(r.wave), right=True, spare=4),
        *what,
        Column("bottoms → tops", _shapes, style="green", spare=3),
        Column("bytes", lambda r: bytes_cell(r.bytes), bytes_cell(report.bytes), right=True, spare=1),
        Column("GFLOP", lambda r: gflop(r.flop), gflop(report.flop), right=True),
        Column("workspace", lambda r: bytes_cell(r.workspace_bytes), right=True, spare=5),
    ]


def _itself(row: PlanRow) -> PlanRow:
    return row


def names(row: PlanRow) -> str:
    """`conv1`; `conv1 .. relu1` of several layers."""
    first, last = row.layers[0], row.layers[-1]
    return printable(first) if len(row.layers) == 1 else f"{printable(first)} .. {printable(last)}"


def types(row: PlanRow) -> str:
    """`Convolution 3x3+1/1 + BatchNorm, Scale, ReLU`."""
    first = f"{row.types[0]} {row.brief}".strip()
    return f"{first} + {', '.join(row.types[1:])}" if len(row.types) > 1 else first


def gflop(flop: int) -> str:
    """Billions of operations; empty for 0, so that a column shows only what counts."""
    return f"{flop / 1e9:.3f}" if flop else ""


def _shapes(row: PlanRow) -> str:
    bottoms, tops = (first_few([compact_shape(s) for s in shapes]) for shapes in (row.bottoms, row.tops))
    return f"{bottoms} → {tops}".strip()


def _title(report: PlanReport) -> Text:
    counts = f"{counted(report.layers, 'layer')} in {counted(len(report.rows), 'step')}"
    parts = (report.phase, f"plan of {counts}", counted(report.threads, "thread"))
    return Text.assemble((printable(report.name) or "net", "bold"), "".join(f" · {part}" for part in parts))


def _legend(report: PlanReport, hidden: Sequence[str]) -> Text:
    lines = [
        f"{counted(report.fused, 'layer')} fused, {report.folded:,} folded into weights; "
        f"{counted(report.shared, 'aliased blob')} ({report.joined:,} inside a Concat); "
        f"{counted(report.waves, 'wave')}",
        f"peak memory of blobs and workspaces {human_bytes(report.peak_bytes)}, with all workers "
        f"{human_bytes(report.session_bytes)}; packed weights {human_bytes(report.packed_bytes)}",
        f"bytes: tops in float32 for the whole batch of {report.images}; GFLOP: 2 x multiply-adds of the layers' "
        "formulas; kernel forward: the layer's own forward; steps of a wave do not depend on each other",
        *hidden_columns(hidden),
    ]
    return Text("\n".join(lines), style="dim")
