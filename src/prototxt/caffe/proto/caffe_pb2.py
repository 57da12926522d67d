"""Caffe's messages and enums under their names, as `from caffe.proto import caffe_pb2` has them.

    caffe_pb2.NetParameter(), caffe_pb2.V1LayerParameter.CONVOLUTION, caffe_pb2.TRAIN, caffe_pb2.Phase.Name(1),
    caffe_pb2.PoolingParameter.PoolMethod.Value("AVE"), caffe_pb2.DESCRIPTOR

The numbers of Caffe's own fields are Caffe's. Every field of its known forks is there too; where forks use one number
for different fields all but one have another here. The classes live in a descriptor pool of their own, so that a
program may import another caffe_pb2 beside these.

Source: caffe/src/caffe/proto/caffe.proto.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from prototxt.errors import did_you_mean
from prototxt.schema import enum_class, message_class, schema_file


def __getattr__(name: str) -> Any:
    schema = schema_file()
    if name == "DESCRIPTOR":
        return schema
    if name == "__all__":
        return __dir__()
    if name in schema.message_types_by_name:
        return _message(name)
    if name in schema.enum_types_by_name:
        return enum_class(name)
    for enum in schema.enum_types_by_name.values():
        if name in enum.values_by_name:
            return enum.values_by_name[name].number
    near = None if name.startswith("_") else did_you_mean(name, __dir__())
    raise AttributeError(f'Caffe\'s schema has no message or enum "{name}"' + (f"; {near}" if near else ""))


def __dir__() -> list[str]:
    schema = schema_file()
    enums = schema.enum_types_by_name
    values = [name for enum in enums.values() for name in enum.values_by_name]
    return sorted(["DESCRIPTOR", *schema.message_types_by_name, *enums, *values])


@cache
def _message(name: str) -> Any:
    """The class of a message, which says where it is found: pickle looks it up there."""
    found = message_class(name)
    found.__module__ = __name__
    return found
