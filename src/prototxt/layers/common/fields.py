"""Checks of prototxt fields that several layers share."""

from __future__ import annotations

from collections.abc import Iterable

from prototxt.errors import LayerError
from prototxt.schema import Message
from prototxt.schema.caffe_pb2 import LayerParameter


def exclusive(message: Message, field: str, other: str) -> str:
    """Which of two names of one thing is in use: `other` when it is set, else `field`.

    Raises LayerError when both are set.
    """
    if not message.HasField(other):
        return field
    if message.HasField(field):
        raise LayerError(f"give either {field} or {other}, not both", field=other)
    return other


def given(message: Message, fields: Iterable[str]) -> list[str]:
    """The names of those of these singular fields that are set."""
    return [field for field in fields if message.HasField(field)]


def as_trained(field: str) -> str:
    """The hint about a field that is missing: any value makes a net, and only one makes the net that was trained."""
    return f"give {field}: the value that the net was trained with"


def check_given(message: Message, field: str) -> None:
    """Raises LayerError when a number that has no useful default is not given."""
    if not message.HasField(field):
        raise LayerError(f"no {field}", field=field, hint=as_trained(field))


def check_least(value: int, least: int, field: str) -> None:
    """Raises LayerError when `value` is below `least`."""
    if value < least:
        raise LayerError(f"{field} must be at least {least}, not {value}", field=field)


def check_specs(param: LayerParameter, most: int) -> None:
    """Raises LayerError when a layer has more `param` entries than learned arrays."""
    if len(param.param) > most:
        raise LayerError(f"{len(param.param)} param entries for {most} learned arrays", field="param")
