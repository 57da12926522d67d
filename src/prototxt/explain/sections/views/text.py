"""Sections for a terminal and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from textwrap import indent, wrap

from rich.console import Group, RenderableType
from rich.text import Text

from prototxt.errors import printable
from prototxt.explain.sections.section import Line, Section
from prototxt.graph.graph import Node
from prototxt.util.json import JsonObject, dumps_raw

__all__ = [
    "layer_title",
    "net_sections_json",
    "section_text",
    "sections_dict",
    "sections_json",
    "sections_text",
]

LABEL_WIDTH = 18
"""Columns of the labels, which are aligned through all sections."""

MAX_WIDTH = 80
"""The most columns of a line: prose is not read across a whole screen."""


def sections_text(title: Text, sections: Sequence[Section], width: int) -> RenderableType:
    """A title and its sections, at most `width` columns wide."""
    return Group(title, *(section_text(section, width) for section in sections))


def layer_title(node: Node, brief: str) -> Text:
    """`conv2 · Convolution 5x5+2/1 g2 · net.prototxt:44:1`."""
    kind = f"{printable(node.type)} {brief}".strip()
    return Text.assemble((printable(node.name), "bold"), " · ", (kind, "cyan"), (f" · {node.place}", "dim"))


def section_text(section: Section, width: int) -> RenderableType:
    """One section, at most `width` columns wide."""
    width = min(width, MAX_WIDTH)
    lines = [Text(f"\n{printable(section.title)}", "bold"), *(_line(line, width) for line in section.lines)]
    if section.picture:
        lines.append(Text("\n" + indent(section.picture, "  "), "cyan", no_wrap=True, overflow="ignore"))
    return Group(*lines)


def _line(line: Line, width: int) -> Text:
    """The label, then text and note, wrapped to the width that is left; below the label if that is too long."""
    column = LABEL_WIDTH if line.label else 2
    text, note = (_wrapped(paragraph, width - column) for paragraph in (line.text, line.note))
    before = " " * column
    label = f"  {printable(line.label)} ".ljust(column) if line.label else before
    if len(label) > column:
        label = f"{label.rstrip()}\n{before}"
    shown = Text.assemble((label, "green"), f"\n{before}".join(text))
    if line.note:
        shown.append("".join(f"\n{before}{row}" for row in note), "dim")
    return shown


def _wrapped(text: str, width: int) -> list[str]:
    """The rows of a text, each at most `width` wide; continuation rows keep the indentation."""
    rows: list[str] = []
    for row in map(printable, text.split("\n")):
        inset = " " * (len(row) - len(row.lstrip()))
        rows += wrap(row, width, subsequent_indent=inset, break_on_hyphens=False) or [""]
    return rows


def sections_dict(node: Node, sections: Sequence[Section]) -> JsonObject:
    """A layer and its sections in plain types, ready for JSON."""
    return {"layer": node.name, "type": node.type, "sections": [asdict(section) for section in sections]}


def sections_json(node: Node, sections: Sequence[Section]) -> str:
    """The same as JSON."""
    return dumps_raw(sections_dict(node, sections)) + "\n"


def net_sections_json(title: str, sections: Sequence[Section]) -> str:
    """Sections about a whole net as JSON."""
    content = {"title": title, "sections": [asdict(section) for section in sections]}
    return dumps_raw(content) + "\n"
