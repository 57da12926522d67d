"""V1 nets (2014): `layers { type: CONVOLUTION blobs_lr: 1 ... }`, the type an enum."""

from __future__ import annotations

from dataclasses import replace

from prototxt.errors import one_line
from prototxt.schema.caffe_pb2 import LayerParameter, ParamSpec, V1LayerParameter
from prototxt.text.definition import Definition
from prototxt.text.legacy import today_name
from prototxt.text.tree import Message
from prototxt.upgrade.crop import set_offsets

__all__ = ["v1_to_v2"]

# V1 has parallel lists where today one ParamSpec holds all of a parameter; the other fields keep their names.
_RENAMED = {"type", "layer", "newer", "param", "blob_share_mode", "blobs_lr", "weight_decay"}


def v1_to_v2(definition: Definition) -> Definition:
    """Converts `layers` to `layer`: the type by name, blobs_lr, weight_decay and shared names as ParamSpecs.

    A file with both, which Caffe refuses, is read in the order of the file, with a note.
    """
    message = definition.message
    if not message.layers:
        return definition
    trees = definition.trees[len(message.layer) :]
    layers = [*message.layer, *map(_upgrade_layer, message.layers, trees)]
    upgraded = definition.with_layers(layers, definition.trees)
    return _with_offsets(_in_order(upgraded, len(message.layer)) if message.layer else upgraded)


def _with_offsets(definition: Definition) -> Definition:
    """Gives every CROP its offset, which V1 worked out by itself and today's Crop does not."""
    layers = definition.message.layer
    what = "V1 worked out its offset by itself; here it cannot be determined, and 0 is used"
    notes = (
        one_line(what, place=definition.place(index), layer=layers[index].name, layer_type="Crop")
        for index in set_offsets(layers)
    )
    return replace(definition, notes=(*definition.notes, *notes))


def _in_order(definition: Definition, first_v1: int) -> Definition:
    """Sorts the layers by their place in the file: the message holds each kind separately."""
    trees, layers = definition.trees, definition.message.layer
    stand = [(tree.line, tree.column) if tree else (0, 0) for tree in trees]
    order = sorted(range(len(trees)), key=stand.__getitem__)
    sorted_by_place = definition.with_layers([layers[i] for i in order], [trees[i] for i in order])
    note = (
        f"{definition.place(first_v1)}: the net mixes {first_v1} `layer` and {len(trees) - first_v1} `layers` "
        "entries, which Caffe refuses; they are read in the file's order"
    )
    return replace(sorted_by_place, notes=(*definition.notes, note))


def _upgrade_layer(v1: V1LayerParameter, tree: Message | None) -> LayerParameter:
    layer = LayerParameter()
    layer.MergeFrom(v1.newer)
    fields = layer.DESCRIPTOR.fields_by_name
    for field, value in v1.ListFields():
        if field.name in _RENAMED or field.name not in fields:
            continue
        if hasattr(value, "CopyFrom"):
            getattr(layer, field.name).CopyFrom(value)
        elif hasattr(value, "extend"):
            getattr(layer, field.name).extend(value)
        else:
            setattr(layer, field.name, value)
    layer.type = today_name(_type_name(v1, tree))
    _upgrade_param_specs(v1, layer)
    return layer


def _type_name(v1: V1LayerParameter, tree: Message | None) -> str:
    """The layer's V1 type; one that only a fork's schema has is a name in the text."""
    if not v1.HasField("type") and tree is not None:
        written = tree.scalar("type")
        return written.text if written else "NONE"
    return V1LayerParameter.LayerType.Name(v1.type)


def _upgrade_param_specs(v1: V1LayerParameter, layer: LayerParameter) -> None:
    for _ in range(max(len(v1.param), len(v1.blob_share_mode), len(v1.blobs_lr), len(v1.weight_decay))):
        layer.param.add()
    for spec, name in zip(layer.param, v1.param, strict=False):
        spec.name = name
    for spec, mode in zip(layer.param, v1.blob_share_mode, strict=False):
        spec.share_mode = ParamSpec.DimCheckMode.Value(V1LayerParameter.DimCheckMode.Name(mode))
    for spec, rate in zip(layer.param, v1.blobs_lr, strict=False):
        spec.lr_mult = rate
    for spec, decay in zip(layer.param, v1.weight_decay, strict=False):
        spec.decay_mult = decay
