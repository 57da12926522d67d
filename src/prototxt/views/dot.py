"""A drawing in the DOT language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import count

from prototxt.views.drawing import COLOURS, Box, Drawing, Module, Part

__all__ = ["quoted", "to_dot"]

DIRECTIONS = {"down": "TB", "right": "LR"}

HEAD = """\
  graph [rankdir={rank}, fontname="Helvetica", fontsize=16, label={title}, labelloc=t, nodesep=0.3, ranksep=0.4]
  node [shape=plain, fontname="Helvetica", fontsize=11]
  edge [fontname="Helvetica", fontsize=9, fontcolor="#555555", color="#777777", arrowsize=0.7]
"""

LINE = '<FONT POINT-SIZE="12"> </FONT>'
"""A blank of normal size on both sides of the small line, which keeps its distance to the name above."""


def to_dot(drawing: Drawing, direction: str = "down") -> str:
    """The text of a .dot file."""
    head = HEAD.format(rank=DIRECTIONS[direction], title=quoted(drawing.title))
    numbers = count()
    lines = [*_inside(drawing.root, "  ", numbers)]
    for i, arrow in enumerate(drawing.arrows):
        end = arrow.end or f"out{i}"
        if arrow.output:
            lines.append(
                f'  {end} [shape=box, style="rounded,dashed", color="#777777", label={quoted(arrow.output)}]'
            )
        lines.append(f"  {arrow.start} -> {end} [label={quoted(f' {arrow.label}')}]")
    return f"digraph {{\n{head}" + "\n".join(lines) + "\n}\n"


def _inside(module: Module, indent: str, numbers: Iterator[int]) -> Iterator[str]:
    for part in module.inside:
        if isinstance(part, Box):
            yield f"{indent}{part.id} [label=<{_table(part)}>]"
            continue
        yield f"{indent}subgraph cluster{next(numbers)} {{"
        yield f'{indent}  label={quoted(part.name)}; labeljust=l; fontsize=12; fontcolor="#555555"'
        yield f'{indent}  style="rounded,filled"; color="#cccccc"; fillcolor="#fafafa"'
        yield from _inside(part, f"{indent}  ", numbers)
        yield f"{indent}}}"


def _table(box: Box) -> str:
    """A box as a table of its layers, one below the other."""
    border = COLOURS[box.parts[0].kind][1]
    rows = "".join(map(_row, box.parts))
    head = f'<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="0" CELLPADDING="5" COLOR="{border}">'
    return f"{head}{rows}</TABLE>"


def _row(part: Part) -> str:
    # Graphviz reads a backslash within a table too.
    name, what = (escape(text).replace("\\", "\\\\") for text in (part.name or " ", part.what))
    return (
        f'<TR><TD BGCOLOR="{COLOURS[part.kind][0]}"><B>{name}</B><BR/>'
        f'{LINE}<FONT POINT-SIZE="9" COLOR="#444444">{what}</FONT>{LINE}</TD></TR>'
    )


def quoted(text: str) -> str:
    """Any text as a quoted string of the DOT language."""
    escaped = text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
