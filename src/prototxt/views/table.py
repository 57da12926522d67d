"""The report as a table for a terminal.

Its lines are laid out here and styled by rich: rich's own tables take ten times as long, half a second for a net of
671 layers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells
from rich.console import Console, Group, RenderableType
from rich.segment import Segment, Segments
from rich.style import Style
from rich.text import Text

from prototxt.errors import printable
from prototxt.layers.base import show
from prototxt.views.numbers import arrow, compact_shape, human_bytes, thousands
from prototxt.views.report import Report, Row

if TYPE_CHECKING:
    from prototxt.watch import Timer

WIDE = 10_000
"""Columns of a console that never has to wrap."""

GAP = 3
"""Columns between two columns."""

GOES_BEFORE_NAMES_WRAP = 3
"""From this `spare` on a column goes as soon as the table is too wide; others only where wrapping is not enough."""

WRAPPED_NAME = 12
"""Columns that a wrapped name keeps at least."""


@dataclass(frozen=True)
class Column:
    """A column: its title, a cell for each row, its cell for the totals.

    Where it is narrow the columns with the highest `spare` go first; then names wrap, numbers (`right`) and
    shapes never do.
    """

    title: str
    cells: Sequence[str]
    total: str = ""
    right: bool = False
    wraps: bool = False
    style: str = ""
    spare: int = 0

    @cached_property
    def width(self) -> int:
        """Columns of text that the widest line takes."""
        cells = (self.title, self.total, *self.cells)
        return max(cell_len(line) for cell in cells for line in cell.split("\n"))


def _columns(report: Report, timer: Timer | None) -> list[Column]:
    total = report.totals

    def cells(of: Callable[[Row], str]) -> list[str]:
        return [of(row) for row in report.rows]

    names = cells(lambda r: printable(r.name))
    types = cells(lambda r: f"{r.type} {r.brief}".strip())
    wiring = cells(lambda r: arrow(r.bottoms, r.tops))
    shapes = cells(lambda r: "\n".join(show(s) for s in r.shapes))
    columns = [
        Column("layer", names, "total", wraps=True, style="bold"),
        Column("type", types, wraps=True, style="cyan"),
        Column("bottoms → tops", wiring, wraps=True, spare=4),
        Column("output N x C x H x W", shapes, style="green"),
        Column("parameters", cells(_param_shapes), wraps=True, spare=5, style="dim"),
        Column("count", cells(_param_count), f"{total.params:,}", right=True),
    ]
    if total.statistics:
        measured = cells(lambda r: thousands(r.statistics))
        columns.append(Column("statistics", measured, f"{total.statistics:,}", right=True, spare=2))
    macs, sizes = cells(lambda r: thousands(r.macs)), cells(lambda r: human_bytes(r.activation_bytes))
    columns.append(Column("MACs/image", macs, f"{total.macs:,}", right=True, spare=1))
    columns.append(Column("bytes", sizes, human_bytes(total.activation_bytes), right=True, spare=3))
    return columns if timer is None else columns + _time_columns(report, timer)


def _time_columns(report: Report, timer: Timer) -> list[Column]:
    total = timer.total

    def column(title: str, of: Callable[[list[float]], float]) -> Column:
        cells = [_time(timer, row, of) for row in report.rows]
        whole = f"{1000 * sum(map(of, timer.seconds.values())):.2f}"
        return Column(title, cells, whole, right=True, style="yellow")

    if timer.forwards < 2:
        return [column("ms", _median)]
    shares = [_share(timer, row, total) for row in report.rows]
    share = Column("share", shares, "100 %", right=True, style="yellow")
    return [column("ms min", min), column("ms median", _median), share]


def _median(times: list[float]) -> float:
    from statistics import median  # a table without times does without

    return median(times)


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
    return f"{100 * _median(timer.seconds[row.index]) / total:.1f} %"


def report_table(report: Report, width: int, timer: Timer | None = None) -> RenderableType:
    """The table with a title above and what the numbers mean below, at most `width` columns wide.

    Where that is too narrow, parameter shapes go first, then the wiring, then bytes; a line says so.
    """
    columns = _columns(report, timer)
    hidden: list[str] = []
    while width < WIDE and (sparest := max(columns, key=lambda c: c.spare)).spare:
        names = None if sparest.spare >= GOES_BEFORE_NAMES_WRAP else WRAPPED_NAME
        if _span(_widths(columns, names)) <= width:
            break
        columns.remove(sparest)
        hidden.append(sparest.title)
    return Group(_title(report), Segments(_table(columns, width)), _legend(report, hidden))


def _widths(columns: Sequence[Column], name: int | None = None) -> list[int]:
    """Each column's width, where names are cut into lines of `name` columns if that is given."""
    return [c.width if name is None or not c.wraps else min(c.width, name) for c in columns]


def _span(widths: Sequence[int]) -> int:
    """Columns of text that a table takes, with one before it."""
    return 1 + sum(widths) + GAP * (len(widths) - 1)


def _table(columns: Sequence[Column], width: int) -> Iterator[Segment]:
    """The lines of the table; where they would be too long, all names are cut to what just fits."""
    fitting = (w for name in range(width, 0, -1) if _span(w := _widths(columns, name)) <= width)
    widths = next(fitting, _widths(columns, 1))
    bold = [Style(bold=True)] * len(columns)
    styles = [Style.parse(column.style) for column in columns]
    sides = [column.right for column in columns]
    yield Segment.line()
    yield from _row([column.title for column in columns], widths, sides, bold)
    yield Segment(" " + "─" * (_span(widths) - 1) + "\n")
    for cells in zip(*(column.cells for column in columns), strict=True):
        yield from _row(cells, widths, sides, styles)
    yield Segment.line()
    yield from _row([column.total for column in columns], widths, sides, bold)
    yield Segment.line()


def _row(
    cells: Sequence[str], widths: Sequence[int], right: Sequence[bool], styles: Sequence[Style]
) -> Iterator[Segment]:
    """A row, in as many lines as its longest cell takes."""
    lines = zip_longest(*map(_wrapped, cells, widths), fillvalue="")
    for line in lines:
        before = 1
        for text, width, to_right, style in zip(line, widths, right, styles, strict=True):
            free = width - cell_len(text)
            yield Segment(" " * (before + free if to_right else before))
            yield Segment(text, style)
            before = GAP if to_right else GAP + free
        yield Segment.line()


def _wrapped(cell: str, width: int) -> list[str]:
    """The lines of a cell: broken between words, or within one that is too long."""
    lines: list[str] = []
    for part in cell.split("\n"):
        if cell_len(part) <= width:
            lines.append(part)
            continue
        line = ""
        for word in part.split():
            if line and cell_len(line) + 1 + cell_len(word) <= width:
                line += f" {word}"
                continue
            *full, rest = chop_cells(word, width)
            lines += [line, *full] if line else full
            line = rest
        lines.append(line)
    return lines


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
    if hidden:
        lines.append(f"not shown for want of width: {', '.join(hidden)}")
    return Text("\n".join(lines), style="dim")


def table_text(report: Report) -> str:
    """The table as plain text, as wide as it needs."""
    console = Console(file=StringIO(), width=WIDE, color_system=None)
    table = report_table(report, WIDE)
    with console.capture() as capture:
        console.print(table)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())
