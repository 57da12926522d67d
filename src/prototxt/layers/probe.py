"""The fields that a layer class reads, found by setting each of them; for docs and laws, not for running nets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from functools import cache
from inspect import cleandoc
from typing import TypeVar

from prototxt.blobs import TEST, TRAIN
from prototxt.errors import PrototxtError
from prototxt.layers.base import Layer, LayerSettings
from prototxt.layers.reads import WHOLE, Path, signs, view
from prototxt.layers.registry import all_layer_classes
from prototxt.schema import FieldDescriptor, Message, descriptor
from prototxt.schema.caffe_pb2 import LayerParameter, NetParameter
from prototxt.schema.forks import field_key
from prototxt.text.build import build
from prototxt.text.parse import parse

__all__ = [
    "all_fields", "example", "field_paths", "fields_of_classes", "fields_read", "net_fields", "reads", "with_field",
]  # fmt: skip

M = TypeVar("M", bound=Message)

MAX_DEPTH = 6
"""Messages within messages that are looked into; the schema has no more."""


OLD_LAYERS = {"V1LayerParameter", "V0LayerParameter"}
"""The old forms of layers, which `upgrade` gives today's form."""


@cache
def all_fields(message_name: str = "LayerParameter") -> Mapping[str, FieldDescriptor]:
    """Every field of a message and of the messages in it, at any depth, by its key (`ConvolutionParameter.pad`)."""
    found: dict[str, FieldDescriptor] = {}
    names = [message_name]
    for name in names:
        for field in descriptor(name).fields:
            found[field_key(field)] = field
            if field.message_type is not None:
                inner = field.message_type.full_name.partition(".")[2]
                names += [inner] if inner not in names and inner not in WHOLE else []
    return found


@cache
def net_fields() -> Mapping[str, FieldDescriptor]:
    """Every field of a net by its key: its own, those of layers of old forms, and those of layers."""
    of_layers = all_fields()
    others = all_fields("NetParameter").items()
    return {**{key: field for key, field in others if key not in of_layers}, **of_layers}


def example(layer_class: type[Layer]) -> LayerParameter:
    """The layer of the docstring's example."""
    text = next(
        part for part in (layer_class.__doc__ or "").split("\n\n") if part.strip().startswith("Example:")
    )
    net: NetParameter = build(parse(cleandoc(text.partition("\n")[2]), "example"), "example").message
    return net.layer[-1]


def reads(layer_class: type[Layer], param: LayerParameter, phase: int = TEST) -> tuple[set[Path], bool]:
    """The paths that the class reads when it is set up with these parameters, and whether it accepts them."""
    read: set[Path] = set()
    recorded = type(
        layer_class.__name__,
        (layer_class,),
        {"setup": lambda self, param: layer_class.setup(self, view(param, read))},
    )
    try:
        recorded(param, LayerSettings(phase=phase))
    except PrototxtError:
        return read, False
    return read, True


@cache
def fields_of_classes() -> Mapping[type[Layer], Set[Path]]:
    """The paths that each layer class reads."""
    return {layer_class: fields_read(layer_class) for layer_class in all_layer_classes()}


def fields_read(layer_class: type[Layer]) -> Set[Path]:
    """The paths that the class reads of its example, and of it with each field in turn set to another value."""
    base = example(layer_class)
    read = {path for phase in (TEST, TRAIN) for path in reads(layer_class, base, phase)[0]}
    tried: set[Path] = set()
    while todo := {path for path, _ in field_paths(base, read)} - tried:
        tried |= todo
        for path in todo:
            changed = with_field(base, path)
            read |= reads(layer_class, changed)[0] | ({path} & signs(layer_class, changed))
    return read


def field_paths(
    message: Message, touched: Set[Path], path: Path = ()
) -> Iterator[tuple[Path, FieldDescriptor]]:
    """Every field of the messages that are touched, with its path."""
    for field in message.DESCRIPTOR.fields:
        own = (*path, field.name)
        if field.message_type is None:
            if path:
                yield own, field
        elif own in touched and len(own) < MAX_DEPTH:
            yield from _paths_in(field, own)


def _paths_in(field: FieldDescriptor, path: Path) -> Iterator[tuple[Path, FieldDescriptor]]:
    assert field.message_type is not None
    for inner in descriptor(field.message_type.full_name.partition(".")[2]).fields:
        own = (*path, inner.name)
        if inner.message_type is None:
            yield own, inner
        elif len(own) < MAX_DEPTH and inner.message_type is not field.message_type:
            yield from _paths_in(inner, own)


def with_field(param: M, path: Path) -> M:
    """A copy with one more field, at this path, that holds something other than its default."""
    changed = type(param)()
    changed.CopyFrom(param)
    message: Message = changed
    for name in path[:-1]:
        inner = getattr(message, name)
        message = (inner[0] if inner else inner.add()) if hasattr(inner, "add") else inner
    field = message.DESCRIPTOR.fields_by_name[path[-1]]
    if field.is_repeated:
        getattr(message, field.name).append(_another_value(field))
    else:
        setattr(message, field.name, _another_value(field))
    return changed


def _another_value(field: FieldDescriptor) -> object:
    if field.enum_type is not None:
        numbers = [value.number for value in field.enum_type.values]
        return next((number for number in reversed(numbers) if number != field.default_value), numbers[0])
    if field.cpp_type == field.CPPTYPE_BOOL:
        return not field.default_value
    if field.cpp_type == field.CPPTYPE_STRING:
        return b"a" if field.type == field.TYPE_BYTES else "a"
    return 1 if field.is_repeated else field.default_value + 1
