"""Reading prototxt fields the way several rooms do: enum values by name, fields that exclude each other."""

from __future__ import annotations

from typing import Any

from prototxt.errors import LayerError


def enum_name(message: Any, field: str) -> str:
    """The name of an enum field's value, as it is written in prototxt: `MAX`."""
    values = message.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number
    name: str = values[getattr(message, field)].name
    return name


def exclusive(message: Any, field: str, other: str) -> str:
    """Which of two names of one thing is in use: `other` when it is set, else `field`.

    Raises LayerError when both are set.
    """
    if not message.HasField(other):
        return field
    if message.HasField(field):
        raise LayerError(f"give either {field} or {other}, not both", field=other)
    return other


def check_given(message: Any, field: str) -> None:
    """Raises LayerError when a number that has no useful default is not given."""
    if not message.HasField(field):
        raise LayerError(f"no {field}", field=field, hint=f"add {field}: 10, say")


def check_least(value: int, least: int, field: str) -> None:
    """Raises LayerError when `value` is below `least`."""
    if value < least:
        raise LayerError(f"{field} must be at least {least}, not {value}", field=field)


def check_specs(param: Any, most: int) -> None:
    """Raises LayerError when a layer has more `param` entries than learned arrays."""
    if len(param.param) > most:
        raise LayerError(f"{len(param.param)} param entries for {most} learned arrays", field="param")
