"""A section: the text on one question about a layer or a net, which every view shows in its own way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Line", "Section"]


@dataclass(frozen=True, slots=True)
class Line:
    """One statement: its `label`, its `text`, and a `note` below the text where it needs one.

    Line breaks in the text are kept. `values` holds the same numbers for programs, in plain types that JSON knows.
    """

    label: str
    text: str
    note: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """Statements on one question, such as how the output size follows; `key` names it for programs.

    `picture` is drawn in characters, at most 76 to a line, and shown as it is.
    """

    key: str
    title: str
    lines: tuple[Line, ...]
    picture: str = ""
