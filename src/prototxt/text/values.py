"""Converts scalars as written to values of a field's type."""

from __future__ import annotations

import re
from collections.abc import Callable

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor

from prototxt.errors import did_you_mean
from prototxt.text.literals import read_int
from prototxt.text.tree import Scalar
from prototxt.util.raw_text import decode_raw

__all__ = ["Convert", "MisfitError", "UnknownNameError", "Value", "converter"]

Value = int | float | bool | str | bytes
Convert = Callable[[Scalar], Value]

_INTS = {
    FieldDescriptor.TYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_SINT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_SFIXED32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_SINT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_SFIXED64: (-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.TYPE_FIXED32: (0, 2**32 - 1),
    FieldDescriptor.TYPE_UINT64: (0, 2**64 - 1),
    FieldDescriptor.TYPE_FIXED64: (0, 2**64 - 1),
}
_SPECIAL_FLOAT = re.compile(r"(-?inf)(?:inity)?f?|(-?nan)f?", re.IGNORECASE)
_OCTAL_OR_HEX = re.compile(r"-?0[0-9xX]")
_BOOLS = {
    "true": True,
    "t": True,
    "True": True,
    "1": True,
    "false": False,
    "f": False,
    "False": False,
    "0": False,
}


class MisfitError(Exception):
    """The value does not fit the field; `what` continues the sentence `"field" takes`."""

    def __init__(self, what: str, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class UnknownNameError(MisfitError):
    """The value is none that the field's enum has, but could be one that a fork added to it."""


def converter(field: FieldDescriptor) -> Convert:
    """Returns the function that converts a scalar to this field's value, or raises MisfitError."""
    if field.type in _INTS:
        return _int_converter(*_INTS[field.type])
    if field.enum_type is not None:
        return _enum_converter(field.enum_type)
    return _OTHERS[field.type]


def show(scalar: Scalar) -> str:
    """The value as it stands in the file, long strings shortened."""
    text = scalar.text if len(scalar.text) <= 60 else scalar.text[:57] + "..."
    return f'"{text}"' if scalar.kind == "string" else text


def _unquoted(scalar: Scalar) -> str | None:
    return "write it without quotes" if scalar.kind == "string" else None


def _int_converter(minimum: int, maximum: int) -> Convert:
    def convert(scalar: Scalar) -> int:
        if scalar.kind != "int":
            raise MisfitError(f"a whole number, not {show(scalar)}", _unquoted(scalar))
        value = read_int(scalar.text)
        if not minimum <= value <= maximum:
            raise MisfitError(f"a whole number from {minimum} to {maximum}, not {show(scalar)}")
        return value

    return convert


def _float(scalar: Scalar) -> float:
    text = scalar.text
    if scalar.kind in ("int", "float") and not _OCTAL_OR_HEX.match(text):
        # Too large a number becomes infinity, as in protobuf.
        return float(text.rstrip("fF"))
    special = _SPECIAL_FLOAT.fullmatch(text)
    if scalar.kind == "name" and special:
        return float(special[1] or special[2])
    if scalar.kind == "int":
        raise MisfitError(f"a decimal number, not {text}")
    raise MisfitError(f"a number, not {show(scalar)}", _unquoted(scalar))


def _bool(scalar: Scalar) -> bool:
    if scalar.kind == "string" or scalar.text not in _BOOLS:
        raise MisfitError(f"true or false, not {show(scalar)}", _unquoted(scalar))
    return _BOOLS[scalar.text]


def _string(scalar: Scalar) -> str:
    return decode_raw(_bytes(scalar))


def _bytes(scalar: Scalar) -> bytes:
    if scalar.kind != "string":
        raise MisfitError(f"a string in quotes, not {show(scalar)}", f'write "{scalar.text}"')
    return scalar.data


_OTHERS: dict[int, Convert] = {
    FieldDescriptor.TYPE_FLOAT: _float,
    FieldDescriptor.TYPE_DOUBLE: _float,
    FieldDescriptor.TYPE_BOOL: _bool,
    FieldDescriptor.TYPE_STRING: _string,
    FieldDescriptor.TYPE_BYTES: _bytes,
}


def _enum_converter(enum: EnumDescriptor) -> Convert:
    numbers = {name: value.number for name, value in enum.values_by_name.items()}

    def convert(scalar: Scalar) -> int:
        if scalar.kind == "name" and scalar.text in numbers:
            return numbers[scalar.text]
        if scalar.kind == "int" and read_int(scalar.text) in numbers.values():
            return read_int(scalar.text)
        what = f"one of {', '.join(numbers)}; not {show(scalar)}"
        if scalar.kind in ("name", "int"):
            raise UnknownNameError(what, did_you_mean(scalar.text, numbers))
        raise MisfitError(
            what, _unquoted(scalar) if scalar.text in numbers else did_you_mean(scalar.text, numbers)
        )

    return convert
