"""V1's `blobs_lr` and `weight_decay` in a layer of today's form; today a ParamSpec holds both of a parameter."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from prototxt.errors import one_line
from prototxt.schema.caffe_pb2 import LayerParameter, NetParameter
from prototxt.text.definition import Definition

__all__ = ["move_learning_rates"]

FIELDS: tuple[Literal["blobs_lr", "weight_decay"], ...] = ("blobs_lr", "weight_decay")


def move_learning_rates(definition: Definition) -> Definition:
    """Moves the two lists of every layer to the `lr_mult` and `decay_mult` of its ParamSpecs, with a note.

    A ParamSpec that has its own keeps it. Caffe refuses such a file.
    """
    if not any(layer.blobs_lr or layer.weight_decay for layer in definition.message.layer):
        return definition
    message = NetParameter()
    message.CopyFrom(definition.message)
    notes = []
    for index, layer in enumerate(message.layer):
        for field in FIELDS:
            if getattr(layer, field):
                place = definition.place(index, field)
                today = "lr_mult" if field == "blobs_lr" else "decay_mult"
                what = f"{field} is the old form, read as param {{ {today}: ... }}"
                notes.append(one_line(what, place=place, layer=layer.name))
        _move(layer)
    return replace(definition, message=message, notes=(*definition.notes, *notes))


def _move(layer: LayerParameter) -> None:
    while len(layer.param) < max(len(layer.blobs_lr), len(layer.weight_decay)):
        layer.param.add()
    for spec, rate in zip(layer.param, layer.blobs_lr, strict=False):
        spec.lr_mult = spec.lr_mult if spec.HasField("lr_mult") else rate
    for spec, decay in zip(layer.param, layer.weight_decay, strict=False):
        spec.decay_mult = spec.decay_mult if spec.HasField("decay_mult") else decay
    for field in FIELDS:
        layer.ClearField(field)
