"""Serialized messages with other bytes in their strings: protobuf itself takes and gives only UTF-8 there."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from prototxt.schema import Message
from prototxt.util.raw_text import restore_raw
from prototxt.util.varint import read_varint, varint_bytes

__all__ = ["recode", "serialize_raw"]

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def recode(data: bytes, message_type: type[Message], of_text: Callable[[bytes], bytes]) -> bytes:
    """A serialized message with `of_text` applied to every string field; bytes that are no message stay as they are."""
    return _whole(data, cast(Descriptor, message_type.DESCRIPTOR), of_text)


def _whole(data: bytes, descriptor: Descriptor, of_text: Callable[[bytes], bytes]) -> bytes:
    try:
        return _message(data, descriptor, of_text)
    except (IndexError, ValueError):
        return data


def serialize_raw(message: Message) -> bytes:
    """A message in protobuf's binary form, in whose strings carried bytes are what they were."""
    data: bytes = message.SerializePartialToString(deterministic=True)
    return data if restore_raw(data) == data else recode(data, type(message), restore_raw)


def _message(data: bytes, descriptor: Descriptor, of_text: Callable[[bytes], bytes]) -> bytes:
    out, pos = bytearray(), 0
    while pos < len(data):
        start = pos
        key, pos = read_varint(data, pos)
        wire = key & 7
        if wire == _BYTES:
            size, begin = read_varint(data, pos)
            pos = begin + size
            if pos > len(data):
                raise ValueError("cut off")
            value = _value(data[begin:pos], descriptor.fields_by_number.get(key >> 3), of_text)
            out += varint_bytes(key) + varint_bytes(len(value)) + value
            continue
        if wire == _VARINT:
            _, pos = read_varint(data, pos)
        elif wire in (_FIXED64, _FIXED32):
            pos += 8 if wire == _FIXED64 else 4
        else:
            raise ValueError("a group")
        out += data[start:pos]
    return bytes(out)


def _value(value: bytes, field: FieldDescriptor | None, of_text: Callable[[bytes], bytes]) -> bytes:
    if field is None:
        return value
    if field.message_type is not None:
        return _whole(value, field.message_type, of_text)
    return of_text(value) if field.type == FieldDescriptor.TYPE_STRING else value
