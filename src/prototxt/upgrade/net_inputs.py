"""Nets with `input: "data" input_dim: ...` at their top level, which an Input layer replaces today."""

from __future__ import annotations

from typing import Literal

from prototxt.errors import NetError
from prototxt.schema.caffe_pb2 import BlobShape, LayerParameter
from prototxt.text.definition import Definition, place_in
from prototxt.text.tree import Message

__all__ = ["inputs_to_layers"]

LEGACY_AXES = 4
FIELDS: tuple[Literal["input", "input_dim", "input_shape"], ...] = ("input", "input_dim", "input_shape")


def inputs_to_layers(definition: Definition) -> Definition:
    """Converts the net's input fields to one Input layer called "input", before all others.

    An input without dimensions becomes a top without a shape, which the caller gives. Where a layer makes the same top
    it is left out, as Caffe leaves out every such input.

    Raises NetError when there are dimensions for another number of inputs.
    """
    message = definition.message
    if not message.input:
        return definition
    shapes = _shapes(definition)
    made = (
        set() if shapes else {top for layer in message.layer for top in layer.top if top not in layer.bottom}
    )
    layer = LayerParameter(
        name="input", type="Input", top=[name for name in message.input if name not in made]
    )
    layer.input_param.shape.extend(shapes)
    first = [layer] if layer.top else []
    trees = [_tree(definition)] if layer.top else []
    upgraded = definition.with_layers([*first, *message.layer], [*trees, *definition.trees])
    for field in FIELDS:
        upgraded.message.ClearField(field)
    return upgraded


def _tree(definition: Definition) -> Message | None:
    """A tree with the net's own input fields, as if one layer held them."""
    fields = tuple(f for name in FIELDS for f in definition.root.named(name)) if definition.root else ()
    return Message(fields, fields[0].line, fields[0].column) if fields else None


def _shapes(definition: Definition) -> list[BlobShape]:
    message, tree = definition.message, _tree(definition)
    inputs = len(message.input)
    if message.input_shape:
        if len(message.input_shape) != inputs:
            what = f"{inputs} `input` but {len(message.input_shape)} `input_shape`; give one for each"
            raise NetError(what, place=place_in(tree, definition.file, "input_shape"))
        return list(message.input_shape)
    dims = list(message.input_dim)
    if len(dims) not in (0, LEGACY_AXES * inputs):
        raise NetError(
            f"{inputs} `input` need {LEGACY_AXES * inputs} `input_dim` (N, C, H, W each), not {len(dims)}",
            place=place_in(tree, definition.file, "input_dim"),
        )
    return [BlobShape(dim=dims[i : i + LEGACY_AXES]) for i in range(0, len(dims), LEGACY_AXES)]
