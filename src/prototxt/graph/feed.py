"""Input shapes the caller gives: they replace the file's own, or the data layers nobody has data for."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import Any

from prototxt.definition import Definition
from prototxt.errors import InputError, did_you_mean
from prototxt.layers.base import MOST_ELEMENTS, Shape, count, show
from prototxt.schema import message_class
from prototxt.text.tree import Message


def feed(definition: Definition, inputs: Mapping[str, Shape]) -> Definition:
    """The net with Input layers of these shapes.

    An Input layer's top takes the given shape; a data layer (any layer without bottoms) that makes a given blob
    becomes an Input layer; a blob that layers read and none makes gets an Input layer at the front.

    Raises InputError for a name the net does not read, or one that is computed inside the net.
    """
    if not inputs:
        return definition
    for name, shape in inputs.items():
        _check(name, shape)
    layers = list(definition.message.layer)
    trees: list[Message | None] = list(definition.trees)
    made = {top: i for i in reversed(range(len(layers))) for top in layers[i].top}
    orphans: dict[str, Shape] = {}
    for name, shape in inputs.items():
        if name not in made:
            orphans[name] = shape
        elif layers[made[name]].bottom:
            raise InputError(
                f'"{name}" is computed by layer "{layers[made[name]].name}", it is not an input of the net',
                place=definition.place(made[name]),
                hint=_inputs_hint(layers),
            )
    _refuse_unread(orphans, layers, definition)
    for index in {made[name] for name in inputs if name in made}:
        layers[index] = _as_input(layers[index], inputs)
    front = [_input_layer(name, [name], [shape]) for name, shape in orphans.items()]
    return definition.with_layers([*front, *layers], [*[None] * len(front), *trees])


def _check(name: str, shape: Shape) -> None:
    if not all(isinstance(dim, Integral) for dim in shape):
        raise InputError(f'input "{name}" cannot be {show(shape)}: every dim is a whole number')
    if not shape or min(shape) < 1:
        raise InputError(f'input "{name}" cannot be {show(shape)}: every dim must be at least 1')
    if count(shape) > MOST_ELEMENTS:
        what = f"{count(shape):,} elements are more than the {MOST_ELEMENTS:,} a blob may have"
        raise InputError(f'input "{name}" cannot be {show(shape)}: {what}')


def _refuse_unread(orphans: Mapping[str, Shape], layers: list[Any], definition: Definition) -> None:
    read = {bottom for layer in layers for bottom in layer.bottom}
    for name in orphans:
        if name not in read:
            hint = did_you_mean(name, _sources(layers)) or _inputs_hint(layers)
            raise InputError(f'{definition.file}: the net has no input "{name}"', hint=hint)


def _sources(layers: list[Any]) -> list[str]:
    return [top for layer in layers if not layer.bottom for top in layer.top]


def _inputs_hint(layers: list[Any]) -> str:
    return "its inputs are " + ", ".join(f'"{name}"' for name in _sources(layers))


def _as_input(layer: Any, inputs: Mapping[str, Shape]) -> Any:
    """`layer` as an Input layer. A data layer's tops that were not given go: they have no data."""
    if layer.type != "Input":
        tops = [top for top in layer.top if top in inputs]
        return _input_layer(layer.name, tops, [inputs[top] for top in tops])
    own = [tuple(shape.dim) for shape in layer.input_param.shape]
    own = own * len(layer.top) if len(own) == 1 else own + [()] * (len(layer.top) - len(own))
    shapes = [inputs.get(top, shape) for top, shape in zip(layer.top, own, strict=False)]
    return _input_layer(layer.name, list(layer.top), shapes)


def _input_layer(name: str, tops: list[str], shapes: list[Shape]) -> Any:
    layer = message_class("LayerParameter")(name=name, type="Input", top=tops)
    for shape in shapes:
        layer.input_param.shape.add().dim.extend(shape)
    return layer
