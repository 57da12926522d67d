"""The answers for one image as a table for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from prototxt.blobs import format_shape
from prototxt.errors import printable

if TYPE_CHECKING:
    from prototxt.views.answers import Answer

__all__ = ["answers_table"]

BAR = 24
"""Columns of the longest score bar."""


def answers_table(answer: Answer) -> RenderableType:
    """The best classes, with bars where the scores are probabilities; a line with the range of other outputs."""
    head = f"{printable(answer.output)} {format_shape(answer.shape)}"
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
