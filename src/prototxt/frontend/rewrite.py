"""Rewrites whole files of any age in today's form: nets and solvers in text, trained nets in binary.

A trained net is upgraded without its arrays: each is replaced by a blob that says which bytes of the file belong there.
These bytes are copied to the new file, and so are layers that are in today's form already: fields of
forks keep the numbers that they have in the fork.

Source: caffe/tools/upgrade_net_proto_text.cpp, upgrade_net_proto_binary.cpp, upgrade_solver_proto_text.cpp.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from os import PathLike, fspath
from pathlib import Path
from typing import IO, TypeVar

from prototxt import schema
from prototxt.errors import Place, PrototxtError, TextError, one_line
from prototxt.formats.caffemodel import read_caffemodel
from prototxt.formats.wire import BYTES, Field, Wire, bytes_head
from prototxt.frontend.stored_net import parse_stored
from prototxt.schema import parse_message
from prototxt.schema.caffe_pb2 import (
    LayerParameter,
    NetParameter,
    SolverParameter,
    V0LayerParameter,
    V1LayerParameter,
)
from prototxt.schema.recode import recode, serialize_raw
from prototxt.text.build import UnknownValue, build
from prototxt.text.definition import Definition, define
from prototxt.text.files import raw_notes, read_text
from prototxt.text.parse import parse
from prototxt.text.solver import HOLDS_A_NET, is_solver
from prototxt.text.write import write
from prototxt.upgrade import upgrade_with_changes
from prototxt.upgrade.solver import upgrade_solver
from prototxt.util.files import regular_size, whole_file
from prototxt.util.raw_text import encode_raw, escape_raw

__all__ = ["Rewritten", "is_binary", "rewrite", "rewrite_binary", "rewrite_text"]


@dataclass(frozen=True)
class Rewritten:
    """The contents of a rewritten file: its `kind` (net, solver, trained net), the `old` forms in it, and notes."""

    kind: str
    old: tuple[str, ...]
    notes: tuple[str, ...]


def is_binary(path: str | PathLike[str]) -> bool:
    """Whether a file holds a binary message: text has no control characters other than white space.

    False for a file that cannot be read: reading it as text reports why.
    """
    try:
        regular_size(path)
        with Path(path).open("rb") as file:
            head = file.read(4096)
    except (OSError, ValueError):
        return False
    utf16 = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    return not utf16 and any(byte < 32 and byte not in b"\t\n\v\f\r" for byte in head)


def rewrite_text(
    source: str | PathLike[str], target: str | PathLike[str], *, strict: bool = False
) -> Rewritten:
    """Rewrites a net or a solver in text in today's form; `strict` refuses fields that the schema does not have.

    Raises TextError, NetError and PrototxtError for what cannot be read, upgraded or written; then nothing is written.
    """
    file = fspath(source)
    text = read_text(source)
    tree, raw = parse(text, file), raw_notes(text, file)
    if is_solver(tree):
        solver = build(tree, file, SolverParameter, strict=strict)
        _refuse_unknown_values(solver.unknown_values)
        return _write_solver(solver.message, (*raw, *solver.notes), file, target)
    net = build(tree, file, strict=strict)
    _refuse_unknown_values(net.unknown_values)
    definition, old = upgrade_with_changes(define(net.message, file, tree))
    with whole_file(target) as out:
        out.write(encode_raw(write(definition.message)))
    return Rewritten("net", tuple(old), (*raw, *net.notes, *definition.notes))


def _refuse_unknown_values(values: Sequence[UnknownValue]) -> None:
    """Raises TextError for the first: without the value the rewritten file would mean something else."""
    for value in values:
        layer, kind = value.layer_name, value.layer_type
        raise TextError(value.what, place=value.place, layer=layer, layer_type=kind, hint=value.hint)


def _write_solver(
    message: SolverParameter, notes: Sequence[str], file: str, target: str | PathLike[str]
) -> Rewritten:
    """Writes a solver in today's form; the nets that it holds are upgraded too."""
    solver = upgrade_solver(message, file)
    old, notes = ["solver_type"] * message.HasField("solver_type"), list(notes)
    for name in HOLDS_A_NET:
        for net in _nets(solver, name):
            definition, changes = upgrade_with_changes(define(net, file))
            net.CopyFrom(definition.message)
            old += [f"{what} in {name}" for what in changes]
            notes += definition.notes
    with whole_file(target) as out:
        out.write(encode_raw(write(solver)))
    return Rewritten("solver", tuple(old), tuple(notes))


def _nets(solver: schema.Message, field: str) -> Sequence[NetParameter]:
    """The nets in a field that holds one or several; none where it is not set."""
    held = getattr(solver, field)
    if isinstance(held, NetParameter):
        return [held] if solver.HasField(field) else []
    return list(held)


def rewrite_binary(source: str | PathLike[str], target: str | PathLike[str]) -> Rewritten:
    """Rewrites a trained net (.caffemodel) of any size in today's form, with all its learned arrays.

    Raises WeightsError, NetError and PrototxtError for what cannot be read, upgraded or written; then nothing is
    written.
    """
    read_caffemodel(source)  # every layer and blob is sound, or this says where it is not
    wire = Wire(fspath(source))
    net = _TrainedNet(wire)
    definition, old = upgrade_with_changes(define(net.message, wire.path))
    with whole_file(target) as out:
        net.write(out, definition)
    return Rewritten("trained net", tuple(old), (*net.notes, *definition.notes))


_NET_LAYERS, _NET_LAYER, _LAYER_PARAM, _LAYER_BLOBS, _V0 = 2, 100, 6, 7, 1
_NET_INPUTS = {3, 4, 8}
"""NetParameter's input, input_dim and input_shape."""

M = TypeVar("M", bound=schema.Message)
OldLayer = TypeVar("OldLayer", V1LayerParameter, V0LayerParameter)

_BLOBS = {"V1LayerParameter": 6, "V0LayerParameter": 50}
_V1_TYPE = 5


@dataclass
class _Kept:
    """Bytes of the file that are copied to a new layer: `spans`, each after its own head.

    For a layer in today's form they are all but its `param`; `layer` is the part that was parsed, `place` its bytes.
    """

    spans: list[tuple[bytes, int, int]] = field(default_factory=list)
    layer: LayerParameter | None = None
    place: tuple[int, int] = (0, 0)

    @property
    def size(self) -> int:
        return sum(len(head) + end - start for head, start, end in self.spans)


class _TrainedNet:
    """A trained net's NetParameter without its arrays; in their place a blob's `num` is an index into `kept`."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.notes: list[str] = []
        self.kept: list[_Kept] = []
        self.around: list[tuple[int, int]] = []
        self.message = self._read()

    def _read(self) -> NetParameter:
        message = NetParameter()
        for at, entry in self.wire.fields_at(0, self.wire.size):
            if entry.number == _NET_LAYERS and entry.wire == BYTES:
                message.layers.append(self._old_layer(entry))
            elif entry.number == _NET_LAYER and entry.wire == BYTES:
                message.layer.append(self._layer_of_today(entry))
            elif entry.number in _NET_INPUTS:
                message.MergeFrom(self._parsed(NetParameter, at, entry.end))
            else:
                self.around.append((at, entry.end))
        if message.layers and message.layer:
            what = (
                f"{len(message.layers)} `layers` of the old form and {len(message.layer)} `layer` of today's"
            )
            raise self.wire.error(f"the net has {what}: their order is not known, and Caffe refuses it too")
        return message

    def _parsed(self, message_type: type[M], *spans: int) -> M:
        data = b"".join(self.wire.read(a, b) for a, b in zip(spans[::2], spans[1::2], strict=True))
        return parse_stored(self.wire, message_type, data, spans[0])

    def _keep(self, layer: LayerParameter | V1LayerParameter | V0LayerParameter, kept: _Kept) -> None:
        layer.blobs.add(num=len(self.kept))
        self.kept.append(kept)

    def _layer_of_today(self, place: Field) -> LayerParameter:
        """Parses the name, type and params of a LayerParameter; all but the params is kept as bytes."""
        kept, spans = _Kept(place=(place.start, place.end)), list[int]()
        for at, entry in self.wire.fields_at(place.start, place.end):
            if entry.number in (1, 2, _LAYER_PARAM):
                spans += [at, entry.end]
            if entry.number != _LAYER_PARAM:
                kept.spans.append((b"", at, entry.end))
        layer = self._parsed(LayerParameter, *spans) if spans else LayerParameter()
        self._keep(layer, kept)
        kept.layer = layer
        return layer

    def _old_layer(self, place: Field) -> V1LayerParameter:
        """A V1LayerParameter, which may hold a V0LayerParameter."""
        inner = [
            f for _, f in self.wire.fields_at(place.start, place.end) if f.number == _V0 and f.wire == BYTES
        ]
        layer = self._without_blobs(V1LayerParameter, place)
        if inner:
            layer.layer.CopyFrom(self._without_blobs(V0LayerParameter, inner[-1]))
        return layer

    def _without_blobs(self, message_type: type[OldLayer], place: Field) -> OldLayer:
        """Parses a layer's fields that the schema knows, without its blobs; adds a note on the others."""
        message = message_type()
        kind, known = message_type.__name__, message_type.DESCRIPTOR.fields_by_number
        unknown = list[int]()
        for at, entry in self.wire.fields_at(place.start, place.end):
            if entry.number == _BLOBS[kind] and entry.wire == BYTES:
                self._keep(message, _Kept([(self._blob_head(entry), entry.start, entry.end)]))
            elif kind == "V1LayerParameter" and entry.number == _V0:
                continue  # read by itself
            elif (part := self._part(message_type, at, entry)) is not None:
                message.MergeFrom(part)
            elif kind == "V1LayerParameter" and entry.number == _V1_TYPE:
                raise self.wire.error(f"a layer of V1 type {entry.value}: nothing here knows it", at)
            else:
                unknown.append(entry.number)
        if unknown:
            numbers = ", ".join(str(number) for number in sorted(set(unknown)))
            what = f"{kind}'s field {numbers} {'is' if numbers.isdigit() else 'are'} not what this schema has there"
            near = f' (its "{known[unknown[0]].name}")' if unknown[0] in known else ""
            where = Place(self.wire.path)
            self.notes.append(one_line(f"{what}{near}, left out", place=where, layer=message.name))
        return message

    def _part(self, message_type: type[M], at: int, entry: Field) -> M | None:
        """A message with one field; None where it does not read as the schema's."""
        try:
            part = parse_message(
                message_type, recode(self.wire.read(at, entry.end), message_type, escape_raw)
            )
        except ValueError:
            return None
        return part if part.ListFields() or entry.start == entry.end else None

    def _blob_head(self, entry: Field) -> bytes:
        return bytes_head(_LAYER_BLOBS, entry.end - entry.start)

    def write(self, out: IO[bytes], today: Definition) -> None:
        """Writes the net in today's form, with all that is kept."""
        for start, end in self.around:
            self.wire.copy(out, start, end)
        rest = NetParameter()
        rest.CopyFrom(today.message)
        rest.ClearField("layer")
        out.write(serialize_raw(rest))
        for layer in today.message.layer:
            self._write_layer(out, layer)

    def _write_layer(self, out: IO[bytes], layer: LayerParameter) -> None:
        kept = [self.kept[blob.num] for blob in layer.blobs]
        before = kept[0].layer if kept else None
        if before is not None and before.param == layer.param:
            start, end = kept[0].place
            out.write(bytes_head(_NET_LAYER, end - start))
            self.wire.copy(out, start, end)
            return
        rewritten = LayerParameter()
        if before is not None:
            rewritten.param.extend(layer.param)
        else:
            rewritten.CopyFrom(layer)
            rewritten.ClearField("blobs")
        own = serialize_raw(rewritten)
        out.write(bytes_head(_NET_LAYER, len(own) + sum(part.size for part in kept)))
        out.write(own)
        for head, start, end in (span for part in kept for span in part.spans):
            out.write(head)
            self.wire.copy(out, start, end)


def rewrite(
    source: str | PathLike[str],
    target: str | PathLike[str],
    *,
    binary: bool | None = None,
    strict: bool = False,
) -> Rewritten:
    """Rewrites a file of any age in today's form; its bytes show whether it is text or binary, or `binary` does."""
    if is_binary(source) if binary is None else binary:
        if strict:
            raise PrototxtError("strict is for text: a trained net's unknown fields stay as they are")
        return rewrite_binary(source, target)
    return rewrite_text(source, target, strict=strict)
