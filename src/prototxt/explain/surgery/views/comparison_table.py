"""Two nets as a table for a terminal: the layers that differ, with `before → after` in every changed cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from prototxt.errors import printable
from prototxt.explain.sections.views.overview import LEGEND
from prototxt.explain.surgery.compare import (
    ARROW,
    Comparison,
    Pair,
    Side,
    Work,
    in_words,
    kind_text,
    shapes_text,
)
from prototxt.views.columns import Column, column_table, fit, hidden_columns
from prototxt.views.numbers import bytes_cell, counted, thousands

__all__ = ["comparison_table"]

BELOW = "\n→ "
"""Separates before and after in a narrow table, on two lines."""


def comparison_table(comparison: Comparison, width: int) -> RenderableType:
    """The layers that differ and the totals, at most `width` columns wide."""
    rows = [pair for pair in comparison.pairs if pair.is_listed]
    if not rows:
        return Text("\nno shape, parameter or cost changes")
    columns, hidden = fit(_columns(comparison, rows, ARROW), rows, width)
    if hidden:
        columns, hidden = fit(_columns(comparison, rows, BELOW), rows, width)
    rest = len(comparison.pairs) - len(rows)
    legend = [f"{counted(rest, 'other layer')} unchanged"] if rest else []
    legend += [LEGEND[column.title] for column in columns if column.title == "sees"]
    legend += hidden_columns(hidden)
    return Group(column_table(columns, rows, width), Text("\n".join(legend), style="dim"))


def _columns(comparison: Comparison, rows: Sequence[Pair], arrow: str) -> list[Column[Pair]]:
    def cell(of: Callable[[Side], str]) -> Callable[[Pair], str]:
        return lambda pair: in_words(pair, of, arrow, always=True)

    def numbers(
        title: str, words: Callable[[int], str], of: Callable[[Work], int], spare: int
    ) -> Column[Pair]:
        old, new = of(comparison.before), of(comparison.after)
        total = words(old) if old == new else f"{words(old) or '0'}{arrow}{words(new) or '0'}"
        return Column(title, cell(lambda side: words(of(side.work))), total, right=True, spare=spare)

    columns: list[Column[Pair]] = [
        Column("layer", _name, "total", wraps=True, style="bold"),
        Column("type", lambda pair: kind_text(pair, arrow), wraps=True, style="cyan"),
        Column("output N x C x H x W", cell(shapes_text), style="green"),
        Column("sees", cell(lambda side: side.sees), right=True, spare=2),
        numbers("parameters", thousands, lambda work: work.params + work.statistics, spare=1),
        numbers("MACs/image", thousands, lambda work: work.macs, spare=1),
        numbers("bytes", bytes_cell, lambda work: work.bytes, spare=3),
    ]
    return [column for column in columns if column.total or any(map(column.cell, rows))]


def _name(pair: Pair) -> str:
    mark = {"added": "+ ", "removed": "- "}.get(pair.change, "")
    return mark + printable(pair.name)
