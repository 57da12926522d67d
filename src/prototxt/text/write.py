"""Writes messages as text: one field per line, two spaces per level, numbers as short as possible."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from prototxt.util.raw_text import encode_raw

__all__ = ["write"]

_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def write(message: Message) -> str:
    """Returns a message's text: the fields that are set, in the order of their numbers.

    Parsing and building it gives an equal message. An empty message gives an empty text.
    """
    return "".join(f"{line}\n" for line in _lines(message, ""))


def _lines(message: Message, indent: str) -> Iterator[str]:
    for field, value in message.ListFields():
        for item in value if field.is_repeated else (value,):
            if field.message_type is None:
                yield f"{indent}{field.name}: {_scalar(field, item)}"
            else:
                yield f"{indent}{field.name} {{"
                yield from _lines(item, indent + "  ")
                yield f"{indent}}}"


def _scalar(field: FieldDescriptor, value: Any) -> str:  # of the field's type
    if field.enum_type is not None:
        named = field.enum_type.values_by_number.get(value)
        return named.name if named else str(value)
    match field.type:
        case FieldDescriptor.TYPE_BOOL:
            return "true" if value else "false"
        case FieldDescriptor.TYPE_STRING:
            return f'"{"".join(map(_character, value))}"'
        case FieldDescriptor.TYPE_BYTES:
            return f'"{"".join(map(_byte, value))}"'
        case FieldDescriptor.TYPE_FLOAT:
            return _float32(value)
        case FieldDescriptor.TYPE_DOUBLE:
            return _special(value) or repr(value).removesuffix(".0")
    return str(value)


def _character(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return char if char.isprintable() else "".join(f"\\{byte:03o}" for byte in encode_raw(char))


def _byte(byte: int) -> str:
    char = chr(byte)
    return _ESCAPES.get(char) or (char if 32 <= byte < 127 else f"\\{byte:03o}")


def _special(value: float) -> str | None:
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return None


def _float32(value: float) -> str:
    """The shortest decimal that rounds to this float32; nine digits always do."""
    special = _special(value)
    if special:
        return special
    for digits in range(1, 9):
        text = f"{value:.{digits}g}"
        if _round32(text) == value:
            return _plain(text, value)
    return _plain(f"{value:.9g}", value)


def _round32(text: str) -> float:
    try:
        (rounded,) = struct.unpack("f", struct.pack("f", float(text)))
    except OverflowError:
        return math.inf
    return float(rounded)


def _plain(text: str, value: float) -> str:
    """1e+02 as 100: whole numbers of up to seven digits need no exponent."""
    return f"{value:.0f}" if "e+" in text and abs(value) < 1e7 else text
