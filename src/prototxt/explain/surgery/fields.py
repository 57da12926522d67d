"""Protobuf fields by their prototxt names: values as text, and differences between two messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prototxt.schema import Message
from prototxt.text.write import write

__all__ = ["Difference", "differences", "shortened", "side_by_side", "value_text"]

MAX_CHARACTERS = 60
"""The longest value that is shown whole."""


def value_text(message: Message, name: str) -> str:
    """A field's value as prototxt writes it, its default where it is not set: `4`, `[3, 5]`, `{ type: "xavier" }`.

    Empty for a field that has neither a value nor a default.
    """
    field = message.DESCRIPTOR.fields_by_name[name]
    single = type(message)()
    value = getattr(message, name)
    if field.is_repeated:
        getattr(single, name).extend(value)
    elif field.message_type is not None:
        if message.HasField(name):
            getattr(single, name).CopyFrom(value)
    elif message.HasField(name) or field.has_default_value:
        setattr(single, name, value)
    if field.message_type is not None:
        return " ".join(write(single).replace(f"{name} {{", "{").split())
    values = [line.partition(": ")[2] for line in write(single).splitlines()]
    return values[0] if len(values) == 1 else f"[{', '.join(values)}]" if values else ""


def shortened(text: str) -> str:
    """A value, cut off where it is long."""
    return text if len(text) <= MAX_CHARACTERS else f"{text[: MAX_CHARACTERS - 4]} ..."


@dataclass(frozen=True, slots=True)
class Difference:
    """A field, as a path of prototxt names, and its value in two messages; "" where there is none."""

    field: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.field}: {shortened(self.before) or 'none'} → {shortened(self.after) or 'none'}"


def differences(before: Message, after: Message, prefix: str = "") -> Iterator[Difference]:
    """The fields in which two messages of one type differ; an explicit default equals a missing field."""
    return (field for field in side_by_side(before, after, prefix) if field.before != field.after)


def side_by_side(before: Message, after: Message, prefix: str = "") -> Iterator[Difference]:
    """Every field that is set in at least one of two messages of one type, with both values."""
    names = {field.name: field for message in (before, after) for field, _ in message.ListFields()}
    for field in sorted(names.values(), key=lambda field: field.number):
        if field.message_type is not None and not field.is_repeated:
            yield from side_by_side(
                getattr(before, field.name), getattr(after, field.name), f"{prefix}{field.name}."
            )
        else:
            old, new = value_text(before, field.name), value_text(after, field.name)
            yield Difference(prefix + field.name, old, new)
