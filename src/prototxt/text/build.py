"""Builds messages from syntax trees: looks every name up in the schema and checks every value against its type."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Generic, TypeVar, overload

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from prototxt import schema
from prototxt.errors import Place, TextError, did_you_mean
from prototxt.schema.caffe_pb2 import NetParameter
from prototxt.text.tree import Field, Message, Scalar
from prototxt.text.values import Convert, MisfitError, Value, converter

__all__ = ["Built", "build"]

MAX_NOTES = 1000
"""Notes on unknown fields; a file that is no net at all may have millions."""

MAX_LAYERS = 100_000
"""Layers of one file. The largest nets have some thousands; each takes some KB in all stages up to the graph."""

M = TypeVar("M", bound=schema.Message)

_LAYERS = {"caffe.LayerParameter", "caffe.V1LayerParameter"}


@dataclass(frozen=True, slots=True)
class Built(Generic[M]):
    """A message and a note on each unknown field of its text, with the field's place.

    After MAX_NOTES notes one more says how many are left out.
    """

    message: M
    notes: tuple[str, ...]


@overload
def build(tree: Message, file: str, *, strict: bool = False) -> Built[NetParameter]: ...


@overload
def build(tree: Message, file: str, message_type: type[M], *, strict: bool = False) -> Built[M]: ...


def build(
    tree: Message, file: str, message_type: type[schema.Message] = NetParameter, *, strict: bool = False
) -> Built[Any]:  # the overloads say of what
    """Builds the message that a tree describes: a net, or a message of another type.

    `file` is the name that errors and notes show. An unknown field is skipped with a note, whatever it holds; with
    `strict` it is an error.

    Raises TextError, with the place of the value: a value of the wrong type or out of range, an unknown enum
    value, a field given twice, a required field missing.
    """
    message = message_type()
    builder = _Builder(file, strict)
    builder.fill(message, tree, _plan(message_type.DESCRIPTOR))
    return Built(message, tuple(builder.all_notes()))


@dataclass(frozen=True, slots=True)
class _Slot:
    """The way to fill a field: `convert` for scalars, the plan of `message_type` for messages."""

    repeated: bool
    convert: Convert | None
    message_type: Descriptor | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """A message type, looked up once."""

    name: str
    slots: dict[str, _Slot]
    required: tuple[str, ...]
    is_layer: bool


@cache
def _plan(kind: Descriptor) -> _Plan:
    slots = {field.name: _slot(field) for field in kind.fields}
    required = tuple(field.name for field in kind.fields if field.is_required)
    return _Plan(kind.name, slots, required, kind.full_name in _LAYERS)


def _slot(field: FieldDescriptor) -> _Slot:
    convert = None if field.message_type else converter(field)
    return _Slot(field.is_repeated, convert, field.message_type)


class _Builder:
    """One build: collects notes and knows which layer it is in."""

    def __init__(self, file: str, strict: bool) -> None:
        self.file = file
        self.strict = strict
        self.notes: list[str] = []
        self.more = 0
        self.layers = 0
        self.layer: _Layer | None = None

    def fill(self, target: schema.Message, node: Message, plan: _Plan) -> None:
        """Write the node's fields into a message."""
        given: set[str] = set()
        for field in node.fields:
            slot = plan.slots.get(field.name)
            if slot is None:
                self._unknown(field, plan)
            elif slot.repeated:
                self._append(getattr(target, field.name), field, slot)
            else:
                self._set(target, field, slot, field.name in given)
            given.add(field.name)
        for name in plan.required:
            if name not in given:
                raise self._error(node, f'{plan.name} lacks its required field "{name}"')

    def _set(self, target: schema.Message, field: Field, slot: _Slot, again: bool) -> None:
        if again:
            raise self._error(field, f'"{field.name}" is given twice; it takes one value')
        if len(field.values) != 1:
            raise self._error(field, f'"{field.name}" takes one value, not a list')
        value = field.values[0]
        if slot.message_type is None:
            setattr(target, field.name, self._scalar(value, field, slot))
        else:
            part = getattr(target, field.name)
            part.SetInParent()
            self._fill_part(part, value, field, slot.message_type)

    def _append(self, repeated: Any, field: Field, slot: _Slot) -> None:  # a container of either kind
        for value in field.values:
            if slot.message_type is None:
                repeated.append(self._scalar(value, field, slot))
            else:
                self._fill_part(repeated.add(), value, field, slot.message_type)

    def _scalar(self, value: Scalar | Message, field: Field, slot: _Slot) -> Value:
        if isinstance(value, Message) or slot.convert is None:
            raise self._error(value, f'"{field.name}" takes a value, not a message in braces')
        try:
            return slot.convert(value)
        except MisfitError as wrong:
            raise self._error(value, f'"{field.name}" takes {wrong.what}', wrong.hint) from None

    def _fill_part(
        self, part: schema.Message, value: Scalar | Message, field: Field, kind: Descriptor
    ) -> None:
        if isinstance(value, Scalar):
            hint = f"write {field.name} {{ ... }}"
            raise self._error(value, f'"{field.name}" takes a message in braces, not a value', hint)
        plan = _plan(kind)
        if not plan.is_layer:
            self.fill(part, value, plan)
            return
        self.layers += 1
        if self.layers > MAX_LAYERS:
            raise self._error(value, f"the file has more than {MAX_LAYERS:,} layers: no net has")
        around, self.layer = self.layer, _Layer(value)
        self.fill(part, value, plan)
        self.layer = around

    def all_notes(self) -> list[str]:
        """The notes, and how many there are no lines for."""
        more = [f"{Place(self.file)}: {self.more:,} more unknown fields"] if self.more else []
        return self.notes + more

    def _unknown(self, field: Field, plan: _Plan) -> None:
        if len(self.notes) == MAX_NOTES and not self.strict:
            self.more += 1
            return
        what = f'unknown field "{field.name}" in {plan.name}'
        near = did_you_mean(field.name, plan.slots)
        if self.strict:
            raise self._error(field, what, near)
        name = self.layer.label[0] if self.layer else None
        within = f'layer "{name}": ' if name else ""
        place = Place(self.file, field.line, field.column)
        self.notes.append(f"{place}: {within}{what}" + (f"; {near}" if near else ""))

    def _error(self, node: Scalar | Message | Field, what: str, hint: str | None = None) -> TextError:
        name, kind = self.layer.label if self.layer else (None, None)
        place = Place(self.file, node.line, node.column)
        return TextError(what, place=place, layer=name, layer_type=kind, hint=hint)


class _Layer:
    """The layer that is being built, as errors and notes call it."""

    def __init__(self, tree: Message) -> None:
        self.tree = tree

    @cached_property
    def label(self) -> tuple[str | None, str | None]:
        """Name and type as written, as far as they are; the oldest form keeps them one level down."""
        outer = self.tree
        inner = next((v for f in outer.named("layer") for v in f.values if isinstance(v, Message)), outer)
        name = _written(outer, "name") or _written(inner, "name")
        return name, _written(outer, "type") or _written(inner, "type")


def _written(node: Message, name: str) -> str | None:
    for field in node.named(name):
        for value in field.values:
            if isinstance(value, Scalar):
                return value.text
    return None
