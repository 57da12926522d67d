"""Caffe's schema: message classes and enums, from the compiled proto/caffe.proto.

The schema lives in a descriptor pool of its own, so that a program may import any other caffe_pb2 beside it:
protobuf's default pool knows each name once per process and refuses a second `caffe.NetParameter`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FileDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

__all__ = ["descriptor", "enum_class", "enum_type", "message_class", "parse_message", "schema_file"]

PACKAGE = "caffe"


@cache
def _pool() -> DescriptorPool:
    pool = DescriptorPool()
    pool.AddSerializedFile(Path(__file__).with_name("caffe.binpb").read_bytes())
    return pool


@cache
def descriptor(name: str) -> Descriptor:
    """The descriptor of a message, such as "NetParameter" or "DetectNetGroundTruthParameter.ClassMapping".

    Raises KeyError when the schema has no such message.
    """
    return _pool().FindMessageTypeByName(f"{PACKAGE}.{name}")


@cache
def message_class(name: str) -> Any:
    """The class of a message: `message_class("NetParameter")()` is an empty net.

    Raises KeyError when the schema has no such message.
    """
    return GetMessageClass(descriptor(name))


def parse_message(name: str, data: bytes) -> Any:
    """The message in its binary form, such as a Datum of a database.

    Raises ValueError where the bytes are no such message.
    """
    try:
        return message_class(name).FromString(data)
    except DecodeError:
        raise ValueError(f"not a {name} in protobuf's binary form") from None


@cache
def enum_type(name: str) -> EnumDescriptor:
    """The descriptor of an enum, such as "Phase" or "PoolingParameter.PoolMethod".

    Raises KeyError when the schema has no such enum.
    """
    return _pool().FindEnumTypeByName(f"{PACKAGE}.{name}")


@cache
def enum_class(name: str) -> Any:
    """An enum as generated code has it: `enum_class("Phase").Value("TEST")` is 1.

    Raises KeyError when the schema has no such enum.
    """
    from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper  # few have use for it

    return EnumTypeWrapper(enum_type(name))


def schema_file() -> FileDescriptor:
    """The descriptor of the whole schema: every message and enum by its name."""
    return descriptor("NetParameter").file
