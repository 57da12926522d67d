"""BatchNorm's three blobs are statistics: learning rates that files give them are set to 0."""

from __future__ import annotations

from dataclasses import replace

from prototxt.schema.caffe_pb2 import NetParameter
from prototxt.text.definition import Definition

__all__ = ["freeze_statistics"]

STATISTICS = 3


def freeze_statistics(definition: Definition) -> Definition:
    """Sets lr_mult and decay_mult to 0 in every BatchNorm layer that lists its three params."""
    message = NetParameter()
    message.CopyFrom(definition.message)
    for layer in message.layer:
        if layer.type == "BatchNorm" and len(layer.param) == STATISTICS:
            for spec in layer.param:
                spec.lr_mult = 0.0
                spec.decay_mult = 0.0
    return replace(definition, message=message)
