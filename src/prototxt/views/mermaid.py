"""A drawing in the Mermaid language, which GitHub renders in README files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

from prototxt.views.drawing import COLOURS, Box, Drawing, Module

__all__ = ["to_mermaid", "too_much"]

DIRECTIONS = {"down": "TB", "right": "LR"}

MAX_ARROWS, MAX_CHARACTERS = 500, 50_000
"""Mermaid's default limits, which hold on GitHub."""


def to_mermaid(drawing: Drawing, direction: str = "down") -> str:
    """The text of a .mmd file, or of a block ```mermaid."""
    lines = [f"flowchart {DIRECTIONS[direction]}", *_inside(drawing.root, "  ", count())]
    for i, arrow in enumerate(drawing.arrows):
        end = arrow.end or f'out{i}(["{_text(arrow.output)}"])'
        lines.append(f'  {arrow.start} -->|"{_text(arrow.label)}"| {end}')
    used = {box.parts[0].kind for box in _boxes(drawing.root)}
    lines += [
        f"  classDef {kind} fill:{fill},stroke:{border},color:#222222"
        for kind, (fill, border) in COLOURS.items()
        if kind in used
    ]
    return "\n".join(lines) + "\n"


def too_much(drawing: Drawing, text: str) -> str:
    """The reason why Mermaid on GitHub refuses a drawing; empty where it draws it."""
    if len(drawing.arrows) > MAX_ARROWS:
        return f"{len(drawing.arrows):,} arrows: Mermaid draws {MAX_ARROWS} unless maxEdges is set higher"
    if len(text) > MAX_CHARACTERS:
        return f"{len(text):,} characters: Mermaid reads {MAX_CHARACTERS:,} unless maxTextSize is set higher"
    return ""


def _boxes(module: Module) -> Iterator[Box]:
    for part in module.inside:
        if isinstance(part, Box):
            yield part
        else:
            yield from _boxes(part)


def _inside(module: Module, indent: str, numbers: Iterator[int]) -> Iterator[str]:
    for part in module.inside:
        if isinstance(part, Box):
            rows = "<br/>".join(f"{_text(p.name)} · {_text(p.what)}" for p in part.parts)
            yield f'{indent}{part.id}["{rows}"]:::{part.parts[0].kind}'
            continue
        group = f"g{next(numbers)}"
        yield f'{indent}subgraph {group}["{_left_of_centre(part.name)}"]'
        yield from _inside(part, f"{indent}  ", numbers)
        yield f"{indent}end"
        yield f"{indent}style {group} fill:#fafafa,stroke:#cccccc,color:#555555"


def _left_of_centre(name: str) -> str:
    """A module's name with blanks after it: it is centred, and an arrow may cross the middle."""
    return _text(name) + "#8195;" * (len(name) // 2 + 2)


def _text(text: str) -> str:
    """Text with every special character of Mermaid, Markdown or HTML as its character number."""
    return re.sub(r"[^\w ./+:,()…-]", lambda match: f"#{ord(match[0])};", text) or " "
