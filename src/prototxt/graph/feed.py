"""Input shapes the caller gives: they replace the file's own, or the data layers nobody has data for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from numbers import Integral

from prototxt.blobs import MAX_ELEMENTS, Shape, count, format_shape
from prototxt.errors import InputError, LayerError, MissingLayerError, Place, did_you_mean, one_line
from prototxt.layers.base import ImpliedShape
from prototxt.layers.registry import resolve_type
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.text.definition import Definition
from prototxt.text.tree import Message

__all__ = ["feed"]


def feed(definition: Definition, inputs: Mapping[str, Shape]) -> Definition:
    """The net with Input layers of these shapes.

    An Input layer's top takes the given shape; a data layer (any layer without bottoms) that makes a given blob
    becomes an Input layer; a blob that layers read and none makes gets an Input layer at the front. A data layer's
    other tops become inputs too where their shapes follow (a note says so), and go where no layer reads them.

    Raises InputError for a name the net does not read, one that is computed inside the net, or a data layer's top
    that layers read and whose shape does not follow from what is given.
    """
    if not inputs:
        return definition
    for name, shape in inputs.items():
        _check(name, shape)
    layers = list(definition.message.layer)
    trees: list[Message | None] = list(definition.trees)
    producers = {top: i for i in reversed(range(len(layers))) for top in layers[i].top}
    orphans: dict[str, Shape] = {}
    for name, shape in inputs.items():
        if name not in producers:
            orphans[name] = shape
        elif layers[producers[name]].bottom:
            raise InputError(
                f'"{name}" is computed by layer "{layers[producers[name]].name}", it is not an input of the net',
                place=definition.place(producers[name]),
                hint=_inputs_hint(layers),
            )
    read = _read_names(layers)
    _refuse_unread(orphans, layers, read, definition)
    notes = list(definition.notes)
    unknown = definition.unknown_values
    for index in sorted({producers[name] for name in inputs if name in producers}):
        if layers[index].type == "Input":
            layers[index] = _input_again(layers[index], inputs)
        else:
            place = definition.place(index)
            layers[index], more = _data_as_input(layers[index], inputs, read, place)
            notes += more
            unknown = tuple(value for value in unknown if value.layer != (place.line, place.column))
    front = [_input_layer(name, [name], [shape]) for name, shape in orphans.items()]
    fed = definition.with_layers([*front, *layers], [*[None] * len(front), *trees])
    return replace(fed, notes=tuple(notes), unknown_values=unknown)


def _check(name: str, shape: Shape) -> None:
    if not all(isinstance(dim, Integral) for dim in shape):
        raise InputError(f'input "{name}" cannot be {format_shape(shape)}: every dim is a whole number')
    if not shape or min(shape) < 1:
        raise InputError(f'input "{name}" cannot be {format_shape(shape)}: every dim must be at least 1')
    if count(shape) > MAX_ELEMENTS:
        what = f"{count(shape):,} elements are more than the {MAX_ELEMENTS:,} a blob may have"
        raise InputError(f'input "{name}" cannot be {format_shape(shape)}: {what}')


def _refuse_unread(
    orphans: Mapping[str, Shape], layers: list[LayerParameter], read: set[str], definition: Definition
) -> None:
    for name in orphans:
        if name not in read:
            hint = did_you_mean(name, _sources(layers)) or _inputs_hint(layers)
            raise InputError(f'{definition.file}: the net has no input "{name}"', hint=hint)


def _read_names(layers: list[LayerParameter]) -> set[str]:
    return {bottom for layer in layers for bottom in layer.bottom}


def _sources(layers: list[LayerParameter]) -> list[str]:
    return [top for layer in layers if not layer.bottom for top in layer.top]


def _inputs_hint(layers: list[LayerParameter]) -> str:
    return "its inputs are " + ", ".join(f'"{name}"' for name in _sources(layers))


def _input_again(layer: LayerParameter, inputs: Mapping[str, Shape]) -> LayerParameter:
    """An Input layer whose tops take the given shapes."""
    own = [tuple(shape.dim) for shape in layer.input_param.shape]
    own = own * len(layer.top) if len(own) == 1 else own + [()] * (len(layer.top) - len(own))
    shapes = [inputs.get(top, shape) for top, shape in zip(layer.top, own, strict=False)]
    return _input_layer(layer.name, list(layer.top), shapes)


def _data_as_input(
    layer: LayerParameter, inputs: Mapping[str, Shape], read: set[str], place: Place
) -> tuple[LayerParameter, list[str]]:
    """A data layer as an Input layer, and notes on the tops that were not given and are read."""
    shapes, notes = dict[str, Shape](), list[str]()
    for i, top in enumerate(layer.top):
        if top in inputs:
            shapes[top] = inputs[top]
        elif top in read:
            shapes[top], why = _implied_shape(layer, i, inputs, place)
            what = f'its top "{top}" becomes an input of {format_shape(shapes[top])}, {why}'
            notes.append(one_line(what, place=place, layer=layer.name, layer_type=layer.type))
    return _input_layer(layer.name, list(shapes), list(shapes.values())), notes


def _implied_shape(layer: LayerParameter, i: int, inputs: Mapping[str, Shape], place: Place) -> ImpliedShape:
    """The shape of a top that was not given and the reason for it, as the layer type knows them."""
    try:
        implied = resolve_type(layer).layer_class.implied_shape(layer, i, inputs)
    except MissingLayerError:
        implied = None
    except LayerError as error:
        raise error.at(place, layer.name, layer.type) from None
    if implied is not None:
        return implied
    given = ", ".join(f'"{top}"' for top in layer.top if top in inputs)
    raise InputError(
        f'layer "{layer.name}" ({layer.type}) makes "{layer.top[i]}" too, whose shape does not follow from {given}',
        place=place,
        hint=f"give it as well: --input {layer.top[i]}=N,...",
    )


def _input_layer(name: str, tops: list[str], shapes: list[Shape]) -> LayerParameter:
    layer = LayerParameter(name=name, type="Input", top=tops)
    for shape in shapes:
        layer.input_param.shape.add().dim.extend(shape)
    return layer
