"""Cells of tables that other programs show: names from strangers' files must not become markup or formulas there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from prototxt.errors import printable

__all__ = ["csv_cell", "markdown_cell", "markdown_table"]

_MARKUP = re.compile(r"\\(?=[^\w\s]|$)|[`*\[\]<>&|~]|(?<![^\W_])_|_(?![^\W_])")
"""What Markdown or HTML would act on: not an underscore within a word, nor a backslash before a letter."""

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

_FORMULA = "=+-@"


def markdown_cell(text: str) -> str:
    """A cell of a Markdown table that shows just this text: markup is escaped, control characters are spelled out."""
    return _MARKUP.sub(lambda match: _ENTITIES.get(match[0], f"\\{match[0]}"), printable(text))


def markdown_table(
    head: Sequence[str], words: int, rows: Iterable[Sequence[str]], totals: Sequence[str] = ()
) -> str:
    """A Markdown table. The first `words` columns are words, the others numbers; cells of `rows` are plain text.

    `totals` are a last line, if there is one.
    """
    lines = [head, ["---"] * words + ["---:"] * (len(head) - words)]
    lines += [[markdown_cell(cell) for cell in row] for row in rows]
    lines += [[f"**{total}**" if total else "" for total in totals]] if totals else []
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def csv_cell(text: str) -> str:
    """A cell of a CSV file: control characters are spelled out, and text that a spreadsheet would run is quoted.

    Text that begins with =, +, - or @ gets an apostrophe before it: spreadsheets show it then, and do not compute it.
    """
    shown = printable(text)
    return f"'{shown}" if shown.lstrip().startswith(tuple(_FORMULA)) else shown
