"""Tables of rows with totals below, which give up columns where a terminal is too narrow for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Generic, TypeVar

from rich import box
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

R = TypeVar("R")

WIDE = 10_000
"""Columns of a console that never has to wrap."""

GAP = 2
"""Columns between two columns."""

GOES_BEFORE_NAMES_WRAP = 3
"""From this `spare` on a column goes as soon as the table is too wide; others only where wrapping is not enough."""

WRAPPED_NAME = 12
"""Columns that a wrapped name keeps at least."""


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A column: its title, its cell for a row, its cell for the totals.

    Where it is narrow the columns with the highest `spare` go first; then names wrap, numbers (`right`) and
    shapes never do.
    """

    title: str
    cell: Callable[[R], str]
    total: str = ""
    right: bool = False
    wraps: bool = False
    style: str = ""
    spare: int = 0


def fit(columns: Sequence[Column[R]], rows: Sequence[R], width: int) -> tuple[list[Column[R]], list[str]]:
    """The columns that a table of `width` has room for, and the titles of those that it has not."""
    shown = list(columns)
    hidden: list[str] = []
    while width < WIDE and (sparest := max(shown, key=lambda c: c.spare)).spare:
        names = None if sparest.spare >= GOES_BEFORE_NAMES_WRAP else WRAPPED_NAME
        if _width(shown, rows, names) <= width:
            break
        shown.remove(sparest)
        hidden.append(sparest.title)
    return shown, hidden


def _width(columns: Sequence[Column[R]], rows: Sequence[R], name: int | None) -> int:
    """Columns of text that the table takes, its names cut into lines of `name` columns if that is given."""
    widths = [_cell_width(column, rows) for column in columns]
    if name is not None:
        widths = [min(w, name) if c.wraps else w for w, c in zip(widths, columns, strict=True)]
    return sum(widths) + GAP * len(columns)


def _cell_width(column: Column[R], rows: Sequence[R]) -> int:
    cells = (column.title, column.total, *map(column.cell, rows))
    return max(cell_len(line) for cell in cells for line in cell.split("\n"))


def column_table(columns: Sequence[Column[R]], rows: Sequence[R]) -> Table:
    """The table itself."""
    table = Table(
        box=box.SIMPLE_HEAD, show_footer=True, pad_edge=False, padding=(0, GAP, 0, 0), footer_style="bold"
    )
    for column in columns:
        table.add_column(
            column.title,
            column.total,
            justify="right" if column.right else "left",
            style=column.style,
            no_wrap=not column.wraps,
            min_width=None if column.wraps else _cell_width(column, rows),
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(Text(column.cell(row)) for column in columns))
    return table


def not_shown(hidden: Sequence[str]) -> list[str]:
    """A line for the legend where columns had to go."""
    return [f"not shown for want of width: {', '.join(hidden)}"] if hidden else []


def plain_text(table: RenderableType) -> str:
    """A table as plain text, as wide as it needs."""
    console = Console(file=StringIO(), width=WIDE, color_system=None)
    with console.capture() as capture:
        console.print(table)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())
