"""Nets once declared `input: "data" input_dim: ...` beside their layers; today an Input layer does."""

from __future__ import annotations

from typing import Any

from prototxt.definition import Definition
from prototxt.errors import NetError, Place
from prototxt.schema import message_class

LEGACY_AXES = 4


def inputs_to_layers(definition: Definition) -> Definition:
    """The net's inputs as one Input layer called "input", before all others.

    An input without dimensions becomes a top without a shape: whoever runs the net gives it.

    Raises NetError when there are dimensions for another number of inputs.
    """
    message = definition.message
    if not message.input:
        return definition
    shapes = _shapes(definition)
    layer = message_class("LayerParameter")(name="input", type="Input", top=message.input)
    layer.input_param.shape.extend(shapes)
    upgraded = definition.with_layers([layer, *message.layer], [None, *definition.trees])
    for field in ("input", "input_dim", "input_shape"):
        upgraded.message.ClearField(field)
    return upgraded


def _shapes(definition: Definition) -> list[Any]:
    message, place = definition.message, Place(definition.file)
    inputs = len(message.input)
    if message.input_shape:
        if len(message.input_shape) != inputs:
            raise NetError(f"{inputs} `input` but {len(message.input_shape)} `input_shape`", place=place)
        return list(message.input_shape)
    dims = list(message.input_dim)
    if len(dims) not in (0, LEGACY_AXES * inputs):
        raise NetError(
            f"{inputs} `input` need {LEGACY_AXES * inputs} `input_dim` (N, C, H, W each), not {len(dims)}",
            place=place,
        )
    shape = message_class("BlobShape")
    return [shape(dim=dims[i : i + LEGACY_AXES]) for i in range(0, len(dims), LEGACY_AXES)]
