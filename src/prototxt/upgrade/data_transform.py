"""Data layers of V1 held scale, mean_file, crop_size and mirror in their own message; today transform_param does."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

from prototxt.schema.caffe_pb2 import NetParameter
from prototxt.text.definition import Definition

__all__ = ["move_transform_fields"]

Reader = Literal["data_param", "image_data_param", "window_data_param"]
Moved = Literal["scale", "mean_file", "crop_size", "mirror"]

READERS: tuple[Reader, ...] = get_args(Reader)
FIELDS: tuple[Moved, ...] = get_args(Moved)


def move_transform_fields(definition: Definition) -> Definition:
    """Moves the four fields of every V1 data layer to its transform_param.

    Layers in today's form are left as they are: Caffe ignores these fields there.
    """
    if not definition.message.layers:
        return definition
    message = NetParameter()
    message.CopyFrom(definition.message)
    for layer in message.layers:
        for reader in READERS:
            if not layer.HasField(reader):
                continue
            source = getattr(layer, reader)
            for field in FIELDS:
                if source.HasField(field):
                    setattr(layer.transform_param, field, getattr(source, field))
                    source.ClearField(field)
    return replace(definition, message=message)
