"""A plan as a table: which kernel runs which layers, in what order, in what memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from prototxt.blobs import Shape
from prototxt.errors import printable
from prototxt.views.columns import WIDE, Column, R, column_table, fit, not_shown, plain_text
from prototxt.views.numbers import FEW, compact_shape, counted, human_bytes
from prototxt.views.plan import PlanReport, PlanRow


def plan_table(report: PlanReport, width: int) -> RenderableType:
    """The table of steps with what the plan takes below, at most `width` columns wide."""
    columns, hidden = fit(_columns(report), report.rows, width)
    return Group(_title(report), column_table(columns, report.rows, width), _legend(report, hidden))


def plan_text(report: PlanReport) -> str:
    """The table as plain text, as wide as it needs."""
    return plain_text(plan_table(report, WIDE))


def step_columns(of: Callable[[R], PlanRow]) -> list[Column[R]]:
    """The columns that say which step a row is `of`."""
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
        Column("bytes", lambda r: human_bytes(r.bytes), human_bytes(report.bytes), right=True, spare=1),
        Column("GFLOP", lambda r: gflop(r.flop), gflop(report.flop), right=True),
        Column("workspace", lambda r: human_bytes(r.workspace_bytes), right=True, spare=5),
    ]


def _itself(row: PlanRow) -> PlanRow:
    return row


def names(row: PlanRow) -> str:
    """`conv1`, or of several layers `conv1 .. relu1`."""
    first, last = row.layers[0], row.layers[-1]
    return printable(first) if len(row.layers) == 1 else f"{printable(first)} .. {printable(last)}"


def types(row: PlanRow) -> str:
    """`Convolution 3x3+1/1 + BatchNorm, Scale, ReLU`."""
    first = f"{row.types[0]} {row.brief}".strip()
    return f"{first} + {', '.join(row.types[1:])}" if len(row.types) > 1 else first


def gflop(flop: int) -> str:
    """In thousands of millions; empty for 0, so that a column shows only what counts."""
    return f"{flop / 1e9:.3f}" if flop else ""


def _shapes(row: PlanRow) -> str:
    return f"{_few(row.bottoms)} → {_few(row.tops)}".strip()


def _few(shapes: Sequence[Shape]) -> str:
    shown = shapes if len(shapes) <= FEW else shapes[:1]
    more = [f"+{len(shapes) - 1}"] if len(shapes) > FEW else []
    return ", ".join([*map(compact_shape, shown), *more])


def _title(report: PlanReport) -> Text:
    counts = f"{counted(report.layers, 'layer')} in {counted(len(report.rows), 'step')}"
    parts = (report.phase, f"plan of {counts}", counted(report.threads, "thread"))
    return Text.assemble((printable(report.name) or "net", "bold"), "".join(f" · {part}" for part in parts))


def _legend(report: PlanReport, hidden: Sequence[str]) -> Text:
    lines = [
        f"{counted(report.fused, 'layer')} fused, {report.folded:,} folded into weights; "
        f"{counted(report.shared, 'blob')} in another one's memory, {report.joined:,} of them in a Concat's; "
        f"{counted(report.waves, 'wave')} of steps that wait for one another",
        f"peak of blobs and workspaces {human_bytes(report.peak_bytes) or '0 B'}, with every worker's memory "
        f"{human_bytes(report.session_bytes) or '0 B'}; prepared weights "
        f"{human_bytes(report.prepared_bytes) or '0 B'}",
        f"bytes: tops in float32 for the whole batch of {report.images}; GFLOP: 2 x multiply-adds of the layers' "
        "formulas; forward: no kernel, the layer's own forward",
        *not_shown(hidden),
    ]
    return Text("\n".join(lines), style="dim")
