"""Changes to a net that a person writes in one line, such as `conv1.stride=2` or `data.shape=1,3,384,384`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from prototxt.blobs import Shape
from prototxt.errors import InputError, MissingLayerError, TextError, did_you_mean
from prototxt.explain.surgery.fields import Difference, value_text
from prototxt.frontend.load import Options
from prototxt.graph.select import select
from prototxt.layers.common.messages import param_fields
from prototxt.layers.registry import resolve_type
from prototxt.schema import Message
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.text.build import build
from prototxt.text.definition import Definition
from prototxt.text.parse import parse

FORM = "LAYER.FIELD=VALUE, such as conv1.stride=2, or INPUT.shape=1,3,384,384"

WHOLE_LAYER = "bottom", "top", "type", "name"
"""Fields of a layer itself that an error may propose."""


@dataclass(frozen=True)
class Edited:
    """A net with changes: its definition, the shapes of inputs among them, and what changed in which layer."""

    definition: Definition
    inputs: Mapping[str, Shape] = field(default_factory=dict)
    changes: tuple[tuple[str, Difference], ...] = ()

    def options(self, options: Options) -> Options:
        """The same options with the inputs' shapes that were changed."""
        return replace(options, inputs={**(options.inputs or {}), **self.inputs})


def edit(definition: Definition, options: Options, changes: Iterable[str]) -> Edited:
    """A copy of the net in which these changes are made, one after the other; the definition stays as it is.

    A field is one of the layer's parameters, by its prototxt name (`weight_filler.type` goes further down,
    `param.1.lr_mult` to the second of several), or of the layer itself. Nothing behind the `=` takes it away. A name
    stands for every layer of that name that takes part.

    Raises InputError for a change that names no layer, no field of it, or a value that does not fit the field.
    """
    edited = Edited(select(definition, options.state()))
    for change in changes:
        edited = _change(edited, options, change)
    return edited


def _change(edited: Edited, options: Options, change: str) -> Edited:
    layers = edited.definition.message.layer
    inputs = _inputs(layers)
    owner, path, value = _taken_apart(change, [*inputs, *(layer.name for layer in layers)])
    named = [i for i, layer in enumerate(layers) if layer.name == owner]
    shape_of = inputs.get(owner) or inputs.get(_only_top([layers[i] for i in named]))
    if path == ["shape"] and shape_of:
        new = Difference("shape", "", value)
        return replace(
            edited,
            inputs={**edited.inputs, shape_of: _dims(change, value)},
            changes=(*edited.changes, (owner, new)),
        )
    if not named:
        what = f'{change}: "{owner}" is an input of the net and no layer: it has a shape alone'
        raise InputError(what, hint=f"{owner}.shape=1,3,224,224, say")
    changed, made = list(layers), list(edited.changes)
    for i in named:
        changed[i] = type(layers[i]).FromString(layers[i].SerializePartialToString())
        made.append((owner, _set(change, changed[i], path, value, options)))
    return replace(
        edited,
        definition=edited.definition.with_layers(changed, edited.definition.trees),
        changes=tuple(made),
    )


def _inputs(layers: Sequence[LayerParameter]) -> dict[str, str]:
    """What the caller may give a shape, by name: tops of layers without bottoms, bottoms that no layer makes."""
    made = {top for layer in layers for top in layer.top}
    first = [top for layer in layers if not layer.bottom for top in layer.top]
    orphans = [bottom for layer in layers for bottom in layer.bottom if bottom not in made]
    return {name: name for name in (*first, *orphans)}


def _only_top(layers: Sequence[LayerParameter]) -> str:
    """The top of an Input layer that has one."""
    return (
        layers[0].top[0] if len(layers) == 1 and layers[0].type == "Input" and len(layers[0].top) == 1 else ""
    )


def _taken_apart(change: str, names: Sequence[str]) -> tuple[str, list[str], str]:
    """Layer, path of fields, value; a layer's name may hold dots and signs of equality."""
    owners = [name for name in names if name and change.startswith(f"{name}.")]
    owner = max(owners, key=len, default="")
    path, equals, value = change[len(owner) + 1 :].partition("=")
    if owner and equals and path.strip():
        return owner, [part.strip() for part in path.split(".")], value.strip()
    head, dot, _ = change.partition("=")[0].partition(".")
    if not dot or owner or "=" not in change:
        raise InputError(f'"{change}" is not {FORM}')
    raise InputError(f'{change}: the net has no layer "{head}"', hint=did_you_mean(head, names))


def _dims(change: str, value: str) -> Shape:
    try:
        return tuple(int(dim) for dim in value.replace("x", ",").split(","))
    except ValueError:
        raise InputError(f'{change}: "{value}" is not a shape, such as 1,3,384,384') from None


def _set(change: str, layer: LayerParameter, path: Sequence[str], value: str, options: Options) -> Difference:
    """Set one field of a layer, and say what it was and is."""
    messages = _messages(layer, options)
    holder = next((name for name in messages if path[0] in _fields(layer, name)), "")
    if not holder and path[0] not in layer.DESCRIPTOR.fields_by_name:
        known = [*(name for message in messages for name in _fields(layer, message)), *WHOLE_LAYER]
        what = f'{change}: layer "{layer.name}" ({layer.type}) has no field "{path[0]}"'
        raise InputError(what, hint=did_you_mean(path[0], known) or f"it has {', '.join(known)}")
    *outer, leaf = [holder, *path] if holder else path
    message = _walk(change, layer, outer)
    if leaf not in message.DESCRIPTOR.fields_by_name:
        raise InputError(
            f'{change}: {message.DESCRIPTOR.name} has no field "{leaf}"',
            hint=did_you_mean(leaf, message.DESCRIPTOR.fields_by_name),
        )
    before = value_text(message, leaf)
    _assign(change, message, leaf, value)
    return Difference(".".join([*outer, leaf]), before, value_text(message, leaf))


def _messages(layer: LayerParameter, options: Options) -> list[str]:
    """The fields of a layer that hold its parameters: those that are set, then those of its type."""
    is_set = [field.name for field, _ in layer.ListFields() if field.name.endswith("_param")]
    try:
        own = [
            field.name for field in param_fields(resolve_type(layer, options.layer_settings("")).layer_class)
        ]
    except MissingLayerError:
        own = []
    data = [] if layer.bottom else ["transform_param"]
    return list(dict.fromkeys([*is_set, *data, *own]))


def _fields(layer: LayerParameter, holder: str) -> list[str]:
    return list(getattr(layer, holder).DESCRIPTOR.fields_by_name)


def _walk(change: str, message: Message, path: Sequence[str]) -> Message:
    """The message at the end of a path of names; a number behind a repeated one says which."""
    rest = list(path)
    while rest:
        name = rest.pop(0)
        field = message.DESCRIPTOR.fields_by_name.get(name)
        if field is None:
            hint = did_you_mean(name, message.DESCRIPTOR.fields_by_name)
            raise InputError(f'{change}: {message.DESCRIPTOR.name} has no field "{name}"', hint=hint)
        if field.message_type is None:
            raise InputError(f'{change}: "{name}" is a value and has no fields')
        below = getattr(message, name)
        part: Message = _one(change, name, below, rest) if field.is_repeated else below
        message = part
    return message


def _one(change: str, name: str, messages: Any, rest: list[str]) -> Message:  # a container of messages
    """The one that the next name, a number, says; without a number the only one, made where there is none."""
    if rest and rest[0].isdecimal():
        index = int(rest.pop(0))
        if index < len(messages):
            chosen: Message = messages[index]
            return chosen
        raise InputError(
            f'{change}: the layer has {len(messages)} "{name}", no number {index} (they count from 0)'
        )
    if len(messages) > 1:
        raise InputError(
            f'{change}: the layer has {len(messages)} "{name}"', hint=f"say which: {name}.0, say"
        )
    only: Message = messages[0] if messages else messages.add()
    return only


def _assign(change: str, message: Message, leaf: str, value: str) -> None:
    """A value in place of a field's own, read as the text of a file would be."""
    message.ClearField(leaf)
    if not value:
        return
    try:
        built = build(parse(_written(message, leaf, value), ""), "", type(message), strict=True).message
    except TextError as error:
        raise InputError(f"{change}: {error.what}", hint=error.hint) from None
    if [field.name for field, _ in built.ListFields()] != [leaf]:
        raise InputError(f'{change}: "{value}" is not one value')
    message.MergeFrom(built)


def _written(message: Message, leaf: str, value: str) -> str:
    """The prototxt text that sets a field: strings need no quotes, lists no brackets, shapes no dims."""
    field = message.DESCRIPTOR.fields_by_name[leaf]
    if field.message_type is not None:
        if field.message_type.name == "BlobShape" and not value.startswith("{"):
            return f"{leaf} {{ dim: [{value.replace('x', ',')}] }}"
        return f"{leaf} {value}" if value.startswith("{") else f"{leaf} {{ {value} }}"
    if field.type in (field.TYPE_STRING, field.TYPE_BYTES):
        texts = value.split(",") if field.is_repeated else [value]
        value = ", ".join(text if text[:1] in ("'", '"') else f'"{_escaped(text)}"' for text in texts)
    if field.is_repeated and not value.startswith("["):
        value = f"[{value}]"
    return f"{leaf}: {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
