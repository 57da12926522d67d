"""The fields that layers read of their LayerParameter, recorded while `setup` runs.

A layer class reads the same fields whatever their values (a law test holds it to that). So each class is recorded
once for every field that is set: the first layer that sets a field is set up with a view of its message which notes
what is read, and later ones with the message itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple, Protocol, cast

from prototxt.schema import FieldDescriptor, Message, descriptor
from prototxt.schema.caffe_pb2 import LayerParameter, NetParameter

__all__ = ["READ_ELSEWHERE", "Unread", "set_up", "signs", "unread_of_net", "view"]

Path = tuple[str, ...]

KEPT = {"FillerParameter"}
"""Messages that layers keep: they get the message itself."""

READ_ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "NetParameter": ("name", "layers", "input", "input_dim", "input_shape", "state", "layer"),
    "NetState": ("phase", "level", "stage"),
    "LayerParameter": (
        "name", "type", "bottom", "top", "loss_weight", "param", "blobs", "include", "exclude", "phase",
        "propagate_down", "blobs_lr", "weight_decay",
    ),
    "ParamSpec": ("name", "share_mode", "lr_mult", "decay_mult"),
    "PythonParameter": ("module", "layer"),
    "NetStateRule": ("phase", "min_level", "max_level", "stage", "not_stage"),
    "FillerParameter": ("type", "value", "min", "max", "mean", "std", "sparse", "variance_norm"),
}  # fmt: skip
"""Fields that other code reads than a layer's own setup: upgrade and graph, the base class, weights; `fill` of fillers.

Whoever takes a FillerParameter counts as a reader of these fields of it.
"""

WHOLE = {"BlobProto", "BlobShape"}
"""Messages that are one value to whoever reads them."""


ALL = "*"
"""Stands for every field of a message in the path of what is read."""


class Unread(NamedTuple):
    """A field that is set to something other than its default and that the layer does not read.

    `path` leads to it from the LayerParameter (of a net, from the NetParameter). Where the layer does not touch a
    message of parameters at all, it is that message.
    """

    path: Path
    field: FieldDescriptor
    given: tuple[FieldDescriptor, ...] = ()
    """Of a message, those of its fields that hold something other than their default."""


Known = dict[FieldDescriptor, "Known | bool"]
"""For each field of a message whether it is read; for a message that is looked into, the same of its fields."""


class _Record(NamedTuple):
    """The paths that layers of a class read in their setup, and what is known of each field that one has set."""

    read: set[Path]
    known: Known


_records: dict[type[object], _Record] = {}


NEW, UNREAD, READ = range(3)
"""What is known of the fields that a message sets, the least of all its fields. Plain numbers: every layer asks."""


class Reader(Protocol):
    """A layer, as far as it is set up."""

    @classmethod
    def matches(cls, param: LayerParameter, stored: int | None) -> bool | None: ...
    def setup(self, param: LayerParameter) -> None: ...


def set_up(layer: Reader, param: LayerParameter) -> tuple[Unread, ...]:
    """Calls a layer's setup with its parameters, and returns the fields that layers of its class do not read.

    Fields by which a class is chosen (`matches` says True) are read too. Raises what `setup` raises.
    """
    record = _records.get(type(layer)) or _records.setdefault(type(layer), _Record(set(), {}))
    state = _state(param, record.known)
    if state == NEW:
        read: set[Path] = set()
        layer.setup(view(param, read))
        record.read.update(read)
        _learn(param, (), read, record.known)
        state = _state(param, record.known)
    else:
        layer.setup(param)
    if state != UNREAD:
        return ()
    # Which fields choose the class differs from layer to layer, so that is not recorded.
    known: Known = {}
    _learn(param, (), record.read | signs(layer, param), known)
    return tuple(_unread(param, (), known))


def unread_of_net(net: NetParameter) -> tuple[Unread, ...]:
    """The fields of a net beside its layers that nothing reads and that hold something other than their default."""
    elsewhere = READ_ELSEWHERE["NetParameter"]
    return tuple(
        Unread((field.name,), field, _given(field, value))
        for field, value in net.ListFields()
        if field.name not in elsewhere and _is_given(field, value)
    )


def signs(reader: Reader | type[Reader], param: LayerParameter) -> set[Path]:
    """The fields by which `matches` chooses the class of a reader; none where it does not say True."""
    read: set[Path] = set()
    return read if reader.matches(view(param, read), None) else set()


def view(param: LayerParameter, read: set[Path]) -> LayerParameter:
    """The same message to its reader, which adds to `read` the path of every field that is read, messages included."""
    return cast(LayerParameter, _View(param, (), read))


class _View:
    """A message that notes which of its fields are read; to its reader it looks like the message itself.

    What works on the message as a whole (`SerializeToString`, say) reads all its fields.
    """

    __slots__ = ("_message", "_path", "_read")

    def __init__(self, message: Message, path: Path, read: set[Path]) -> None:
        self._message, self._path, self._read = message, path, read

    def __getattr__(self, name: str) -> Any:  # of as many types as fields have
        value = getattr(self._message, name)
        field = _fields(self._message).get(name)
        if field is None:
            if callable(value):
                self._read.add((*self._path, ALL))
            return value
        path = (*self._path, name)
        self._read.add(path)
        kind = field.message_type
        if kind is None:
            return value
        if kind.name in KEPT | WHOLE:
            return value
        if field.is_repeated:
            return [_View(part, path, self._read) for part in value]
        return _View(value, path, self._read)

    def HasField(self, name: str) -> bool:  # noqa: N802, protobuf's name
        """Whether a field is set. To ask this of a message reads none of its fields."""
        if _fields(self._message)[name].message_type is None:
            self._read.add((*self._path, name))
        return self._message.HasField(name)


def _fields(message: Message) -> Mapping[str, FieldDescriptor]:
    return cast("Mapping[str, FieldDescriptor]", message.DESCRIPTOR.fields_by_name)


def _state(message: Message, known: Known) -> int:
    """The least known of the fields that a message sets."""
    state = READ
    for field, value in message.ListFields():
        inner = known.get(field)
        if inner is True:
            continue
        if inner is None:
            return NEW
        if inner is False:
            state = UNREAD
            continue
        for part in value if field.is_repeated else (value,):
            least = _state(part, inner)
            if least < state:
                state = least
        if state == NEW:
            return state
    return state


def _learn(message: Message, path: Path, read: set[Path], known: Known) -> None:
    """Adds to what is known of a class which of the set fields of a message were read."""
    elsewhere = READ_ELSEWHERE.get(message.DESCRIPTOR.name, ())
    for field, value in message.ListFields():
        own, kind = (*path, field.name), field.message_type
        if field.name in elsewhere:
            known[field] = _read_elsewhere(field)
        elif own not in read:
            known.setdefault(field, False)
        elif kind is None or kind.name in WHOLE or (*own, ALL) in read:
            known[field] = True
        else:
            inner = known.get(field)
            known[field] = inner = inner if isinstance(inner, dict) else {}
            for part in value if field.is_repeated else (value,):
                _learn(part, own, read, inner)


@cache
def _read_elsewhere(field: FieldDescriptor) -> Known | bool:
    """A field that is read outside of setup; of a message, only those of its fields that are known to be."""
    kind = field.message_type
    if kind is None or kind.name not in READ_ELSEWHERE:
        return True
    names = READ_ELSEWHERE[kind.name]
    known: Known = {inner: inner.name in names for inner in descriptor(kind.name).fields}
    return known if False in known.values() else True


def _unread(message: Message, path: Path, known: Known) -> Iterator[Unread]:
    """The fields of a message that are not read and hold something other than their default."""
    for field, value in message.ListFields():
        own, inner = (*path, field.name), known.get(field, True)
        if inner is True:
            continue
        if isinstance(inner, dict):
            for part in value if field.is_repeated else (value,):
                yield from _unread(part, own, inner)
        elif _is_given(field, value):
            yield Unread(own, field, _given(field, value))


def _is_given(field: FieldDescriptor, value: object) -> bool:
    """Whether a field that is present says more than if it were not."""
    if field.is_repeated:
        return True
    if isinstance(value, Message):
        return any(_is_given(inner, part) for inner, part in value.ListFields())
    return bool(value != field.default_value)


def _given(field: FieldDescriptor, value: Any) -> tuple[FieldDescriptor, ...]:
    if field.message_type is None:
        return ()
    parts = value if field.is_repeated else (value,)
    return tuple(
        {inner: None for part in parts for inner, held in part.ListFields() if _is_given(inner, held)}
    )
