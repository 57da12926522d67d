"""What is said about a layer, in parts that every view shows in its own way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said: a `label` in front, the `text`, and a `note` below it where it needs one.

    Lines of the text are shown as they are, one below the other. `values` are the same numbers for programs, in plain
    types.
    """

    label: str
    text: str
    note: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """What belongs together, such as how the output size follows; `key` names it for programs.

    `picture` is drawn in characters, lines of at most 76, to be shown as it is.
    """

    key: str
    title: str
    lines: tuple[Line, ...]
    picture: str = ""
