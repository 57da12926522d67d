"""Caffe's messages and enums by name, as `from caffe.proto import caffe_pb2` has them.

    caffe_pb2.NetParameter(), caffe_pb2.V1LayerParameter.CONVOLUTION, caffe_pb2.TRAIN, caffe_pb2.Phase.Name(1),
    caffe_pb2.PoolingParameter.PoolMethod.Value("AVE"), caffe_pb2.DESCRIPTOR

The numbers of Caffe's own fields are Caffe's. Every field of its known forks is there too; where forks use one number
for different fields all but one have another here. The classes live in a descriptor pool of their own, so that a
program may import another caffe_pb2 beside these.

Source: caffe/src/caffe/proto/caffe.proto.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prototxt.schema.caffe_pb2 import *  # noqa: F403 - every name of the schema is public here
else:
    from prototxt.schema import caffe_pb2 as _schema

    def __getattr__(name: str) -> object:
        return getattr(_schema, name)

    def __dir__() -> list[str]:
        return dir(_schema)
