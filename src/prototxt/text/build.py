"""Builds messages from syntax trees: looks every name up in the schema and checks every value against its type."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Generic, NamedTuple, TypeVar, overload

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from prototxt import schema
from prototxt.errors import Place, TextError, did_you_mean, one_line
from prototxt.schema.caffe_pb2 import LayerParameter, NetParameter, NetStateRule
from prototxt.text import legacy
from prototxt.text.tree import Field, Message, Scalar
from prototxt.text.values import Convert, MisfitError, UnknownNameError, Value, converter

__all__ = ["Built", "UnknownValue", "build"]

MAX_NOTES = 1000
"""Notes on unknown fields; a file that is no net at all may have millions."""

MAX_LAYERS = 100_000
"""Layers of one file. The largest nets have some thousands; each takes some KB in all stages up to the graph."""

M = TypeVar("M", bound=schema.Message)

_LAYERS = {"caffe.LayerParameter", "caffe.V1LayerParameter"}

TYPE = "caffe.LayerParameter.type"
V1_TYPE, V1_PARAM = "caffe.V1LayerParameter.type", "caffe.V1LayerParameter.param"
RULE = "caffe.NetStateRule."

NEWER = "newer"
"""The field of V1LayerParameter that holds fields of LayerParameter."""

IMMATERIAL = {"Engine"}
"""Enums whose values do not change what a layer computes."""


REPEATED_IN_FORKS = {
    "caffe.TransformationParameter.resize_param": "MobileNet-YOLO takes one of them at random for each batch",
}
"""Fields that take one value here and several in a fork, and what the fork does with them."""


class UnknownValue(NamedTuple):
    """A value that its enum does not have, left out of the message: perhaps one that a fork added.

    `what` says which the enum has, `missing` names the value, `field` is its field's full name. `layer` is the line and
    the column of the layer that may not run without it; None where none is in question, as in a rule of phases, which
    is then met by none.
    """

    what: str
    hint: str | None
    missing: str
    place: Place
    layer_name: str | None
    layer_type: str | None
    layer: tuple[int, int] | None
    field: str


@dataclass(frozen=True, slots=True)
class Built(Generic[M]):
    """A message, a note on each unknown field and value of its text, with the place, and the unknown values.

    After MAX_NOTES notes one more says how many are left out.
    """

    message: M
    notes: tuple[str, ...]
    unknown_values: tuple[UnknownValue, ...] = ()


@overload
def build(tree: Message, file: str, *, strict: bool = False) -> Built[NetParameter]: ...


@overload
def build(tree: Message, file: str, message_type: type[M], *, strict: bool = False) -> Built[M]: ...


def build(
    tree: Message, file: str, message_type: type[schema.Message] = NetParameter, *, strict: bool = False
) -> Built[Any]:  # the overloads say of what
    """Builds the message that a tree describes: a net, or a message of another type.

    `file` is the name that errors and notes show. An unknown field is skipped with a note, whatever it holds, and so is
    an unknown value of an enum; with `strict` they are errors. A V1 type that Caffe does not have is left to the
    upgrade.

    Raises TextError, with the place of the value: a value of the wrong type or out of range, a field given twice, a
    required field missing.
    """
    message = message_type()
    builder = _Builder(file, strict)
    builder.fill(message, tree, _plan(message_type.DESCRIPTOR))
    return Built(message, tuple(builder.all_notes()), tuple(builder.unknown_values))


class _Slot(NamedTuple):
    """The way to fill a field: `convert` for scalars, the plan of `message_type` for messages.

    `field` is its full name, `enum` the name of its enum, if it has one.
    """

    repeated: bool
    convert: Convert | None
    message_type: Descriptor | None
    field: str
    enum: str


class _Plan(NamedTuple):
    """A message type, looked up once; `newer` are the fields of LayerParameter that go into a V1 layer's `newer`."""

    name: str
    slots: dict[str, _Slot]
    required: tuple[str, ...]
    is_layer: bool
    newer: dict[str, _Slot]


@cache
def _plan(kind: Descriptor) -> _Plan:
    slots = {field.name: _slot(field) for field in kind.fields}
    required = tuple(field.name for field in kind.fields if field.is_required)
    is_v1 = NEWER in slots
    today = _plan(LayerParameter.DESCRIPTOR).slots if is_v1 else {}
    newer = {name: slot for name, slot in today.items() if name not in slots}
    return _Plan(kind.name, slots, required, kind.full_name in _LAYERS, newer)


def _slot(field: FieldDescriptor) -> _Slot:
    convert = None if field.message_type else converter(field)
    enum = field.enum_type.name if field.enum_type else ""
    return _Slot(field.is_repeated, convert, field.message_type, field.full_name, enum)


class _Builder:
    """One build: collects notes and knows which layer it is in."""

    def __init__(self, file: str, strict: bool) -> None:
        self.file = file
        self.strict = strict
        self.notes: list[str] = []
        self.unknown_values: list[UnknownValue] = []
        self.message: Message | None = None
        """The text of the innermost message that is being filled."""
        self.unmet: Message | None = None
        """The latest rule of phases with a phase that does not exist here."""
        self.more = 0
        self.layers = 0
        self.layer: _Layer | None = None

    def fill(self, target: schema.Message, node: Message, plan: _Plan) -> None:
        """Write the node's fields into a message."""
        given: set[str] = set()
        for field in node.fields:
            self.message = node
            slot, owner = plan.slots.get(field.name), target
            if slot is None and field.name in plan.newer:
                slot, owner = plan.newer[field.name], getattr(target, NEWER)
            if slot is None:
                self._unknown(field, plan)
            elif slot.repeated:
                self._append(getattr(owner, field.name), field, slot)
            else:
                self._set(owner, field, slot, field.name in given)
            given.add(field.name)
        for name in plan.required:
            if name not in given:
                raise self._error(node, f'{plan.name} lacks its required field "{name}"')
        if isinstance(target, NetStateRule) and self.unmet is node:
            target.min_level, target.max_level = 1, 0

    def _set(self, target: schema.Message, field: Field, slot: _Slot, again: bool) -> None:
        if again and slot.field in REPEATED_IN_FORKS:
            self._leave_out_further(field, REPEATED_IN_FORKS[slot.field])
            return
        if again:
            raise self._error(field, f'"{field.name}" is given twice; it takes one value')
        if len(field.values) != 1:
            raise self._error(field, f'"{field.name}" takes one value, not a list')
        value = field.values[0]
        if slot.message_type is None:
            scalar = self._scalar(value, field, slot)
            if scalar is not None:
                setattr(target, field.name, scalar)
        else:
            part = getattr(target, field.name)
            part.SetInParent()
            self._fill_part(part, value, field, slot.message_type)

    def _append(self, repeated: Any, field: Field, slot: _Slot) -> None:  # a container of either kind
        for value in field.values:
            if slot.message_type is None:
                scalar = self._scalar(value, field, slot)
                if scalar is not None:
                    repeated.append(scalar)
            else:
                self._fill_part(repeated.add(), value, field, slot.message_type)

    def _scalar(self, value: Scalar | Message, field: Field, slot: _Slot) -> Value | None:
        """The value; None for one that its enum does not have."""
        if isinstance(value, Message) or slot.convert is None:
            hint = self._param_hint(value) if slot.field == V1_PARAM else None
            raise self._error(value, f'"{field.name}" takes a value, not a message in braces', hint)
        try:
            return slot.convert(value)
        except UnknownNameError as wrong:
            if slot.field == V1_TYPE and value.kind == "name":
                return None  # the upgrade reads it from the tree
            if self.strict:
                raise self._error(value, f'"{field.name}" takes {wrong.what}', wrong.hint) from None
            self._leave_out(value, field, slot, wrong)
            return None
        except MisfitError as wrong:
            hint = _old_form_hint(value, slot) or wrong.hint
            raise self._error(value, f'"{field.name}" takes {wrong.what}', hint) from None

    def _leave_out(self, value: Scalar, field: Field, slot: _Slot, wrong: UnknownNameError) -> None:
        """Note a value that its enum does not have."""
        what = f'"{field.name}" takes {wrong.what}'
        name, kind = self.layer.label if self.layer else (None, None)
        place = Place(self.file, value.line, value.column)
        in_rule = slot.field.startswith(RULE)
        if in_rule:
            self.unmet = self.message
        if slot.enum in IMMATERIAL:
            self._note(place, name, what, wrong.hint)
            return
        layer = (self.layer.tree.line, self.layer.tree.column) if self.layer and not in_rule else None
        missing = f"{kind} with {field.name} {value.text}"
        self.unknown_values.append(
            UnknownValue(what, wrong.hint, missing, place, name, kind, layer, slot.field)
        )
        self._note(place, name, what, wrong.hint)

    def _leave_out_further(self, field: Field, why: str) -> None:
        """Note a value after the first of a field that takes one here."""
        name = self.layer.label[0] if self.layer else None
        what = f'"{field.name}" is given again, and the first is used: {why}'
        self._note(Place(self.file, field.line, field.column), name, what, None)

    def _fill_part(
        self, part: schema.Message, value: Scalar | Message, field: Field, kind: Descriptor
    ) -> None:
        if isinstance(value, Scalar):
            is_name = kind.name == "ParamSpec" and value.kind == "string"
            inside = f'name: "{value.text}"' if is_name else "..."
            hint = f"write {field.name} {{ {inside} }}"
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

    def _param_hint(self, value: Scalar | Message) -> str | None:
        """A hint for `layers { param { ... } }`."""
        if not isinstance(value, Message):
            return None
        scalars = ((field.name, inner) for field in value.fields for inner in field.values)
        specs = [(name, _as_written(inner)) for name, inner in scalars if isinstance(inner, Scalar)]
        return legacy.param_hint(specs, self.layer.label[1] if self.layer else None)

    def all_notes(self) -> list[str]:
        """The notes, and how many there are no lines for."""
        more = [f"{Place(self.file)}: {self.more:,} more unknown fields"] if self.more else []
        return self.notes + more

    def _unknown(self, field: Field, plan: _Plan) -> None:
        what = f'unknown field "{field.name}" in {plan.name}'
        is_said = self.strict or len(self.notes) < MAX_NOTES
        near = did_you_mean(field.name, plan.slots) if is_said else None  # slow
        if self.strict:
            raise self._error(field, what, near)
        name = self.layer.label[0] if self.layer else None
        self._note(Place(self.file, field.line, field.column), name, what, near)

    def _note(self, place: Place, layer: str | None, what: str, hint: str | None) -> None:
        if len(self.notes) == MAX_NOTES:
            self.more += 1
            return
        self.notes.append(one_line(what + (f"; {hint}" if hint else ""), place=place, layer=layer or None))

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
        name, kind = (outer.scalar(field) or inner.scalar(field) for field in ("name", "type"))
        return name.text if name else None, kind.text if kind else None


def _as_written(value: Scalar) -> str:
    return f'"{value.text}"' if value.kind == "string" else value.text


def _old_form_hint(value: Scalar, slot: _Slot) -> str | None:
    """A hint for a type that is written as the other form of layers has it."""
    if slot.field == TYPE and value.kind == "name":
        return legacy.name_hint(value.text)
    return legacy.quoted_hint(value.text) if slot.field == V1_TYPE and value.kind == "string" else None
