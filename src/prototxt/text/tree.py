"""The syntax tree of a prototxt text: fields with values, each with its position, before any schema.

The nodes are named tuples: a file may have a million, and making a frozen data class takes three times as long.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Field", "Message", "Scalar"]


class Scalar(NamedTuple):
    """One value as written.

    `kind` is "int", "float", "string" or "name" (an enum value, true/false, inf, nan). `text` is the value as
    written with its sign, without quotes; `data` holds a string's bytes with escapes resolved.
    """

    kind: str
    text: str
    line: int
    column: int
    data: bytes = b""


class Message(NamedTuple):
    """A braced group of fields, or the whole file.

    It stands where its field's name stands; in a list, where its bracket stands; the file at 1:1.
    """

    fields: tuple[Field, ...]
    line: int
    column: int

    def named(self, name: str) -> Iterator[Field]:
        """The fields of this name, in order."""
        return (f for f in self.fields if f.name == name)

    def scalar(self, name: str) -> Scalar | None:
        """The first value, no message, of the fields of this name."""
        return next((v for f in self.named(name) for v in f.values if isinstance(v, Scalar)), None)


class Field(NamedTuple):
    """`name: value`; a list `[1, 2]` holds several values, everything else exactly one.

    `name` of an extension or Any is written with its brackets: `[a.b]`.
    """

    name: str
    values: tuple[Scalar | Message, ...]
    line: int
    column: int
