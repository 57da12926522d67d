"""Changes to a net written as one line each, such as `conv1.stride=2` or `data.shape=1,3,384,384`.

A change is made in a copy of the net's message, from which everything is inferred again: the result is what the changed
file would give.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from google.protobuf.internal.containers import RepeatedCompositeFieldContainer

__all__ = ["Edited", "edit"]

FORM = "LAYER.FIELD=VALUE, such as conv1.stride=2, or INPUT.shape=1,3,384,384"

LAYER_FIELDS = "bottom", "top", "type", "name"
"""Fields of the layer itself that an error message suggests."""


@dataclass(frozen=True)
class Edited:
    """A net with changes: its definition, the changed shapes of inputs, and each change with its layer."""

    definition: Definition
    inputs: Mapping[str, Shape] = field(default_factory=dict)
    changes: tuple[tuple[str, Difference], ...] = ()

    def options(self, options: Options) -> Options:
        """The same options with the changed shapes of inputs."""
        return replace(options, inputs={**(options.inputs or {}), **self.inputs})


def edit(definition: Definition, options: Options, changes: Iterable[str]) -> Edited:
    """Apply the changes to a copy of the net, one after the other; the definition stays as it is.

    A field is one of the layer's parameters by its prototxt name (`weight_filler.type` is nested, `param.1.lr_mult`
    belongs to the second of several), or a field of the layer itself. An empty value clears the field. A name stands
    for every selected layer of that name.

    Raises InputError for a change with an unknown layer or field, or a value that does not fit the field.
    """
    edited = Edited(select(definition, options.state()))
    for change in changes:
        edited = _change(edited, options, change)
    return edited


def _change(edited: Edited, options: Options, change: str) -> Edited:
    layers = edited.definition.message.layer
    inputs = _inputs(layers)
    owner, path, value = _split_change(change, [*inputs, *(layer.name for layer in layers)])
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
        what = f'{change}: "{owner}" is an input of the net and no layer: only its shape can change'
        raise InputError(what, hint=f"for example {owner}.shape=1,3,224,224")
    changed, changes = list(layers), list(edited.changes)
    for i in named:
        changed[i] = LayerParameter.FromString(layers[i].SerializePartialToString())
        changes.append((owner, _set(change, changed[i], path, value, options)))
    return replace(
        edited,
        definition=edited.definition.with_layers(changed, edited.definition.trees),
        changes=tuple(changes),
    )


def _inputs(layers: Sequence[LayerParameter]) -> dict[str, str]:
    """The blobs whose shapes can be given, by name: tops of layers without bottoms, bottoms that no layer produces."""
    produced = {top for layer in layers for top in layer.top}
    first = [top for layer in layers if not layer.bottom for top in layer.top]
    orphans = [bottom for layer in layers for bottom in layer.bottom if bottom not in produced]
    return {name: name for name in (*first, *orphans)}


def _only_top(layers: Sequence[LayerParameter]) -> str:
    """The top of an Input layer with a single top."""
    return (
        layers[0].top[0] if len(layers) == 1 and layers[0].type == "Input" and len(layers[0].top) == 1 else ""
    )


def _split_change(change: str, names: Sequence[str]) -> tuple[str, list[str], str]:
    """Layer, path of fields, value; the name of a layer can contain dots and equal signs."""
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
    """Set one field of a layer; returns the old and the new value."""
    messages = _messages(layer, options)
    holder = next((name for name in messages if path[0] in _fields(layer, name)), "")
    if not holder and path[0] not in layer.DESCRIPTOR.fields_by_name:
        known = [*(name for message in messages for name in _fields(layer, message)), *LAYER_FIELDS]
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
    """The parameter messages of a layer: those that are set, then those of its type."""
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
    """The names of the fields in one of the layer's parameter messages."""
    message_type = layer.DESCRIPTOR.fields_by_name[holder].message_type
    return [] if message_type is None else list(message_type.fields_by_name)


def _walk(change: str, message: Message, path: Sequence[str]) -> Message:
    """The message at the end of a path of names; a number after a repeated field selects an element."""
    rest = list(path)
    while rest:
        name = rest.pop(0)
        field = message.DESCRIPTOR.fields_by_name.get(name)
        if field is None:
            hint = did_you_mean(name, message.DESCRIPTOR.fields_by_name)
            raise InputError(f'{change}: {message.DESCRIPTOR.name} has no field "{name}"', hint=hint)
        if field.message_type is None:
            raise InputError(f'{change}: "{name}" is a value and has no fields')
        child = getattr(message, name)
        message = _element(change, name, child, rest) if field.is_repeated else child
    return message


def _element(
    change: str, name: str, messages: RepeatedCompositeFieldContainer[Message], rest: list[str]
) -> Message:
    """The element that a number at the start of `rest` selects; without a number the only one, added if missing."""
    if rest and rest[0].isdecimal():
        index = int(rest.pop(0))
        if index < len(messages):
            return messages[index]
        raise InputError(
            f'{change}: the layer has {len(messages)} "{name}", no number {index} (they count from 0)'
        )
    if len(messages) > 1:
        raise InputError(
            f'{change}: the layer has {len(messages)} "{name}"', hint=f"select one, for example {name}.0"
        )
    return messages[0] if messages else messages.add()


def _assign(change: str, message: Message, leaf: str, value: str) -> None:
    """Replace the value of a field, parsed as the text of a prototxt file."""
    message.ClearField(leaf)
    if not value:
        return
    try:
        built = build(parse(_field_text(message, leaf, value), ""), "", type(message), strict=True).message
    except TextError as error:
        raise InputError(f"{change}: {error.what}", hint=error.hint) from None
    if [field.name for field, _ in built.ListFields()] != [leaf]:
        raise InputError(f'{change}: "{value}" is not one value')
    message.MergeFrom(built)


def _field_text(message: Message, leaf: str, value: str) -> str:
    """The prototxt text that sets a field; quotes, list brackets and `dim` of a shape can be omitted in `value`."""
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
