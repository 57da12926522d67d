"""BatchNorm's three blobs are statistics: files that gave them learning rates meant 0."""

from __future__ import annotations

from dataclasses import replace

from prototxt.schema.caffe_pb2 import NetParameter
from prototxt.text.definition import Definition

STATISTICS = 3


def freeze_statistics(definition: Definition) -> Definition:
    """lr_mult and decay_mult 0 for every BatchNorm layer that spells out its three params."""
    message = NetParameter()
    message.CopyFrom(definition.message)
    for layer in message.layer:
        if layer.type == "BatchNorm" and len(layer.param) == STATISTICS:
            for spec in layer.param:
                spec.lr_mult = 0.0
                spec.decay_mult = 0.0
    return replace(definition, message=message)
