"""Tables of rows with totals below, which hide columns where the terminal is too narrow.

Lines are laid out here and styled by rich, whose own tables took half a second for a net of 671 layers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import zip_longest
from typing import Generic, TypeVar

from rich.cells import cell_len, chop_cells
from rich.console import Console, RenderableType
from rich.segment import Segment, Segments
from rich.style import Style

__all__ = ["WIDE", "Column", "R", "column_table", "fit", "hidden_columns", "plain_text"]

R = TypeVar("R")

WIDE = 10_000
"""Columns of a console that never has to wrap."""

GAP = 3
"""Columns between two columns."""

GOES_BEFORE_NAMES_WRAP = 3
"""A column with at least this `spare` is hidden before names are wrapped; others only where that is not enough."""

WRAPPED_NAME = 12
"""The fewest columns of a wrapped name."""


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A column: its title, its cell for a row, its cell for the totals.

    In a narrow terminal the columns with the highest `spare` are hidden first; then names wrap. Numbers (`right`) and
    shapes never wrap.
    """

    title: str
    cell: Callable[[R], str]
    total: str = ""
    right: bool = False
    wraps: bool = False
    style: str = ""
    spare: int = 0


def fit(columns: Sequence[Column[R]], rows: Sequence[R], width: int) -> tuple[list[Column[R]], list[str]]:
    """The columns that fit a table of `width`, and the titles of the hidden ones."""
    shown = {column.title: (column, _width(column, rows)) for column in columns}
    hidden: list[str] = []
    while width < WIDE and (sparest := max((c for c, _ in shown.values()), key=lambda c: c.spare)).spare:
        names = width if sparest.spare >= GOES_BEFORE_NAMES_WRAP else WRAPPED_NAME
        if _span([min(w, names) if c.wraps else w for c, w in shown.values()]) <= width:
            break
        del shown[sparest.title]
        hidden.append(sparest.title)
    return [column for column, _ in shown.values()], hidden


def _width(column: Column[R], rows: Sequence[R]) -> int:
    """The width of the widest line of a column."""
    cells = (column.title, column.total, *map(column.cell, rows))
    return max(cell_len(line) for cell in cells for line in cell.split("\n"))


def _span(widths: Sequence[int]) -> int:
    """The width of a table, with one blank before it."""
    return 1 + sum(widths) + GAP * (len(widths) - 1)


def column_table(columns: Sequence[Column[R]], rows: Sequence[R], width: int) -> RenderableType:
    """The table; where lines would be too long, names are wrapped to the largest width that fits."""
    return Segments(_lines(columns, rows, width))


def _lines(columns: Sequence[Column[R]], rows: Sequence[R], width: int) -> Iterator[Segment]:
    whole = [_width(column, rows) for column in columns]

    def widths(name: int) -> list[int]:
        return [min(w, name) if c.wraps else w for w, c in zip(whole, columns, strict=True)]

    fitting = (w for name in range(min(width, max(whole)), 0, -1) if _span(w := widths(name)) <= width)
    own = next(fitting, widths(1))
    bold = [Style(bold=True)] * len(columns)
    styles = [Style.parse(column.style) for column in columns]
    sides = [column.right for column in columns]
    yield Segment.line()
    yield from _row([column.title for column in columns], own, sides, bold)
    yield Segment(" " + "─" * (_span(own) - 1) + "\n")
    for row in rows:
        yield from _row([column.cell(row) for column in columns], own, sides, styles)
    yield Segment.line()
    if sum(bool(column.total) for column in columns) > 1:  # the word "total" is one
        yield from _row([column.total for column in columns], own, sides, bold)
        yield Segment.line()


def _row(
    cells: Sequence[str], widths: Sequence[int], right: Sequence[bool], styles: Sequence[Style]
) -> Iterator[Segment]:
    """The lines of a row."""
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
    """The lines of a cell, broken between words, or within a word that is too long."""
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


def hidden_columns(hidden: Sequence[str]) -> list[str]:
    """A line for the legend where the terminal is too narrow for some columns."""
    return [f"hidden columns (terminal too narrow): {', '.join(hidden)}"] if hidden else []


def plain_text(table: RenderableType) -> str:
    """A table as plain text, as wide as it needs."""
    console = Console(file=StringIO(), width=WIDE, color_system=None)
    with console.capture() as capture:
        console.print(table)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())
