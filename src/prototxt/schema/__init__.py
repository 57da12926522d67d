"""Caffe's schema: message classes and enums, from the compiled proto/caffe.proto.

The schema lives in a descriptor pool of its own, so that a program may import any other caffe_pb2 beside it:
protobuf's default pool knows each name once per process and refuses a second `caffe.NetParameter`.

Where forks use one number for different fields, all but one have another number here. Text is not affected, because it
needs only names; weights files are scanned by number without the schema (`formats/caffemodel.py`).
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from google.protobuf import descriptor as descriptor_module
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FileDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

__all__ = [
    "FieldDescriptor",
    "Message",
    "descriptor",
    "enum_type",
    "message_class",
    "parse_message",
    "schema_file",
]

PACKAGE = "caffe"

M = TypeVar("M", bound=Message)

if TYPE_CHECKING:
    from google._upb import _message

    FieldDescriptor = descriptor_module.FieldDescriptor | _message.FieldDescriptor
else:
    FieldDescriptor = descriptor_module.FieldDescriptor


@cache
def _pool() -> DescriptorPool:
    pool = DescriptorPool()
    with open(os.path.join(os.path.dirname(__file__), "caffe.binpb"), "rb") as file:
        pool.AddSerializedFile(file.read())
    return pool


@cache
def descriptor(name: str) -> Descriptor:
    """The descriptor of a message, such as "NetParameter" or "DetectNetGroundTruthParameter.ClassMapping".

    Raises KeyError when the schema has no such message.
    """
    return _pool().FindMessageTypeByName(f"{PACKAGE}.{name}")


@cache
def message_class(name: str) -> type[Message]:
    """The class of a message: `message_class("NetParameter")()` is an empty net.

    Raises KeyError when the schema has no such message.
    """
    return GetMessageClass(descriptor(name))


def parse_message(message_type: type[M], data: bytes) -> M:
    """The message that `data` holds in protobuf's binary form: `parse_message(Datum, record)`.

    Raises ValueError when the bytes are no such message.
    """
    try:
        return message_type.FromString(data)
    except DecodeError:
        raise ValueError(f"not a {message_type.__name__} in protobuf's binary form") from None


@cache
def enum_type(name: str) -> EnumDescriptor:
    """The descriptor of an enum, such as "Phase" or "PoolingParameter.PoolMethod".

    Raises KeyError when the schema has no such enum.
    """
    return _pool().FindEnumTypeByName(f"{PACKAGE}.{name}")


def schema_file() -> FileDescriptor:
    """The descriptor of the whole schema: every message and enum by its name."""
    return descriptor("NetParameter").file
