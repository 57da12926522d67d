"""Every error and warning a user can cause: where, which layer, what is wrong, what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

__all__ = [
    "DataError", "ImageError", "InputError", "LayerError", "MissingLayerError", "NetError", "NotRunError", "Place",
    "PrototxtError", "PrototxtWarning", "SolverFileError", "TextError", "UnappliedError", "UnknownShapeError",
    "WeightsError", "a_few", "did_you_mean", "one_line", "printable", "printable_text",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a text file; line and column count from 1, 0 means "the file as a whole"."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        file = printable(self.file)
        return f"{file}:{self.line}:{self.column}" if self.line else file


class PrototxtError(Exception):
    """Base of every error a user can cause.

    `str(error)` reads `file:line:column: layer "name" (Type): what is wrong`, then `lines` (a list that belongs to
    the sentence), any excerpt, and the hint, each on lines of its own. Only these begin a line: control characters of
    the names within them are spelled out. The parts stay available as attributes, as they were given.
    """

    def __init__(
        self,
        what: str,
        *,
        place: Place | None = None,
        layer: str | None = None,
        layer_type: str | None = None,
        lines: Sequence[str] = (),
        excerpt: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.place = place
        self.layer = layer
        self.layer_type = layer_type
        self.lines = tuple(lines)
        self.excerpt = excerpt
        self.hint = hint

    @property
    def first_line(self) -> str:
        """The sentence with place and layer, without what `str(error)` has on further lines."""
        return one_line(self.what, place=self.place, layer=self.layer, layer_type=self.layer_type)

    def __str__(self) -> str:
        parts = [self.first_line, *(f"  {printable(line)}" for line in self.lines)]
        if self.excerpt:
            parts.append(printable_text(self.excerpt))
        if self.hint:
            parts.append(printable(f"hint: {self.hint}"))
        return "\n".join(parts)


class TextError(PrototxtError):
    """The text is not valid prototxt, or a field holds a value of the wrong type."""


class NetError(PrototxtError):
    """The layers do not make a net: an unknown type, a missing bottom, a duplicate top ..."""


class SolverFileError(NetError):
    """The file holds a solver (instructions for training) in place of a net."""


class LayerError(NetError):
    """A layer's parameters or the shapes it is given do not fit.

    Layers raise it without a place: `field` names the prototxt field to point at, the graph adds the rest.
    """

    def __init__(
        self, what: str, *, field: str | None = None, lines: Sequence[str] = (), hint: str | None = None
    ) -> None:
        super().__init__(what, lines=lines, hint=hint)
        self.field = field

    def at(self, place: Place, layer: str, layer_type: str) -> Self:
        """The same error, saying where and in which layer it happened."""
        self.place, self.layer, self.layer_type = place, layer, layer_type
        return self


class MissingLayerError(LayerError):
    """Nothing here does a layer's work: its type is unknown, or it runs code that the user has not allowed.

    `missing` names what would be needed: the type, or the Python class.
    """

    def __init__(
        self,
        what: str,
        *,
        missing: str,
        field: str | None = None,
        lines: Sequence[str] = (),
        hint: str | None = None,
    ) -> None:
        super().__init__(what, field=field, lines=lines, hint=hint)
        self.missing = missing


class UnappliedError(MissingLayerError):
    """A layer of a known type sets a field that is not applied, or holds a value whose meaning is not known here.

    So nothing here does the layer's work.
    """


class NotRunError(MissingLayerError):
    """A layer of a type that is known and not computed here: a loss or a data layer of a fork, say.

    `about` says in a few words whose type it is and what it does.
    """

    def __init__(self, type_name: str, about: str, *, hint: str | None = None) -> None:
        what = f"layers of this type are not run here ({about})"
        super().__init__(what, missing=type_name, field="type", hint=hint)
        self.about = about


class UnknownShapeError(LayerError):
    """The shape of an input follows neither from the net's file nor from another file here: the caller must give it."""


class DataError(LayerError):
    """A database, list or image that a data layer reads is missing, broken or does not fit the net.

    `path` names the file; like every LayerError it gets its place and layer from the graph.
    """

    def __init__(
        self,
        what: str,
        *,
        path: str | None = None,
        field: str | None = "source",
        lines: Sequence[str] = (),
        hint: str | None = None,
    ) -> None:
        super().__init__(what if path is None else f"{path}: {what}", field=field, lines=lines, hint=hint)
        self.path = path


class WeightsError(PrototxtError):
    """A weights file is broken or does not fit the net."""


class ImageError(PrototxtError):
    """An image, mean or label file cannot be read or does not fit the net's input."""


class InputError(PrototxtError):
    """Arrays or names given to a net do not fit it."""


class PrototxtWarning(UserWarning):
    """Something odd that does not stop the net from loading, such as an unknown field; its text is one line."""


_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U0010ff80-\U0010ffff]"
)
"""Control characters, separators of lines, marks that turn the direction of text, and bytes that are not UTF-8."""

_FIRST_BYTE, _LAST_BYTE = 0xDC80, 0xDCFF
"""The characters as which Python keeps bytes that are not UTF-8 (PEP 383)."""

_CARRIERS = 0x10FF00
"""Above it are the characters as which the text of nets keeps them (util/raw_text.py)."""


def printable(name: str) -> str:
    """A name from a file with its control characters spelled out (`\\x1b`, `\\u202e`): it stays on its line.

    Bytes of it that are not UTF-8 are spelled out too (`\\xd6`), so that every terminal can show it.
    """
    return _CONTROL.sub(_spelled, name)


def one_line(
    what: str, *, place: Place | None = None, layer: str | None = None, layer_type: str | None = None
) -> str:
    """`file:line:column: layer "name" (Type): what` on one line, whatever control characters the names hold."""
    of_type = f" ({layer_type})" if layer_type else ""
    within = f'layer "{layer}"{of_type}: ' if layer is not None else ""
    return printable((f"{place}: " if place else "") + within + what)


def printable_text(text: str) -> str:
    """A message of several lines with all control characters spelled out but line feeds and tabs."""
    return _CONTROL.sub(lambda match: match[0] if match[0] in "\n\t" else _spelled(match), text)


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    if _FIRST_BYTE <= code <= _LAST_BYTE or code > _CARRIERS:
        code &= 0xFF
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def a_few(names: Sequence[str], limit: int = 4) -> str:
    """`a, b and 3 more`: the first few of a list, as they are to be shown, and the number of the others."""
    return ", ".join(names[:limit]) + (f" and {len(names) - limit} more" if len(names) > limit else "")


MAX_COMPARED_LENGTH = 100
"""Characters of a name that is compared with known ones: the time grows with the square of its length."""


def did_you_mean(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """`did you mean "kernel_size" or "kernel_h"?`, or None where nothing is near.

    `cutoff` is the least likeness, 0 to 1 (difflib's ratio). The `_param` that messages of parameters end with makes
    no names alike: `padding_param` is not `pooling_param`.
    """
    from difflib import get_close_matches  # needed only when something is wrong

    if len(name) > MAX_COMPARED_LENGTH:
        return None
    names = list(known)
    folded = {n.lower().removesuffix("_param"): n for n in names}
    compared = name.lower().removesuffix("_param")
    near = [folded[n] for n in get_close_matches(compared, folded, n=3, cutoff=cutoff)]
    if not near:
        return None
    return "did you mean " + " or ".join(f'"{n}"' for n in near) + "?"
