"""`.caffemodel` files: read layer by layer (numbers left where they lie until they are used), written array by array.

Of each layer only what its name, type and blobs need is read, by field number; all else (layer parameters, unknown
fields, fields of forks whose numbers collide) is stepped over. The three forms a file can have:
    V2  NetParameter.layer (100):  LayerParameter    name 1, type 2 (string), blobs 7
    V1  NetParameter.layers (2):   V1LayerParameter  name 4, type 5 (enum),   blobs 6
    V0  V1LayerParameter.layer (1): V0LayerParameter name 1, type 2 (string), blobs 50
Source: caffe/src/caffe/proto/caffe.proto, caffe/src/caffe/blob.cpp (FromProto); NVIDIA's fork for raw_data.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import prod
from os import PathLike, fspath
from pathlib import PurePath
from typing import IO

import numpy as np

from prototxt import schema
from prototxt.blobs import MAX_ELEMENTS, AnyArray, Array, Shape, format_shape
from prototxt.errors import Place, WeightsError, printable
from prototxt.formats.stored import StoredBlob, StoredLayer
from prototxt.formats.wire import (
    BYTES,
    FIXED32,
    FIXED64,
    VARINT,
    Field,
    Message,
    Numbers,
    Wire,
    bytes_head,
    signed,
)
from prototxt.schema.caffe_pb2 import BlobProto, LayerParameter, NetParameter
from prototxt.schema.recode import serialize_raw
from prototxt.util.recognize import HEAD_BYTES, recognize_binary, recognize_text

__all__ = ["read_blob", "read_caffemodel", "solverstate_error", "write_caffemodel"]

FLOAT, DOUBLE, HALF = "<f4", "<f8", "<f2"

_RAW_TYPES = {0: DOUBLE, 1: FLOAT, 2: HALF}
"""NVIDIA's enum Type: DOUBLE, FLOAT, FLOAT16."""

_MAX_AXES = 32
"""Caffe's kMaxBlobAxes."""

# fmt: off
_V1_TYPES = (
    "None", "Accuracy", "BNLL", "Concat", "Convolution", "Data", "Dropout", "EuclideanLoss", "Flatten",
    "HDF5Data", "HDF5Output", "Im2col", "ImageData", "InfogainLoss", "InnerProduct", "LRN",
    "MultinomialLogisticLoss", "Pooling", "ReLU", "Sigmoid", "Softmax", "SoftmaxWithLoss", "Split",
    "TanH", "WindowData", "Eltwise", "Power", "SigmoidCrossEntropyLoss", "HingeLoss", "MemoryData",
    "ArgMax", "Threshold", "DummyData", "Slice", "MVN", "AbsVal", "Silence", "ContrastiveLoss", "Exp",
    "Deconvolution",
)
"""V1LayerParameter.LayerType 0..39 as today's type names."""
# fmt: on


_V1_TYPE = 5
"""The field of a V1LayerParameter that holds its type."""

_C3D_TYPES = {"ArgMax": "Convolution3D", "MVN": "Deconvolution3D"}
"""C3D 1.0 gave its types numbers that Caffe gave to types without blobs."""


def read_caffemodel(path: str | PathLike[str]) -> tuple[StoredLayer, ...]:
    """Every layer of a `.caffemodel` in file order, those without blobs too.

    The file stays open as long as one of the blobs lives; nothing larger than a layer's header is kept.

    Raises WeightsError, naming the file and mostly the byte, for a file that is missing, empty, a directory,
    cut off, not a protobuf message, of another format, or without layers.
    """
    wire = Wire(fspath(path))
    _refuse_other_formats(wire)
    _refuse_blob(wire)
    _refuse_solverstate(wire)
    layers = tuple(
        _LAYER_READERS[field.number](wire, field)
        for field in wire.fields(0, wire.size)
        if field.wire == BYTES and field.number in _LAYER_READERS
    )
    if not layers:
        raise wire.error("no layers in this file: it is not a trained net (.caffemodel)")
    return layers


def read_blob(path: str | PathLike[str]) -> StoredBlob:
    """The one BlobProto of a `.binaryproto` file, such as a mean image; raises WeightsError."""
    wire = Wire(fspath(path))
    _refuse_other_formats(wire)
    return _blob(wire, Field(0, BYTES, 0, wire.size), None)


def write_caffemodel(
    file: IO[bytes], name: str, layers: Iterable[tuple[LayerParameter, Sequence[Callable[[], Array]]]]
) -> None:
    """A net as Caffe saves it: its name, and every layer's LayerParameter with its arrays as blobs.

    `layers` are LayerParameters without blobs and what gives their arrays. The bytes are those that protobuf writes
    for the whole message, but no array is in memory twice, and a file may be larger than the 2 GB that protobuf
    (and so Caffe) can read.

    Source: caffe/src/caffe/net.cpp (ToProto), caffe/src/caffe/blob.cpp (ToProto).
    """
    file.write(serialize_raw(NetParameter(name=name)))
    for layer, arrays in layers:
        _write_layer(file, layer, [array() for array in arrays])


def _refuse_other_formats(wire: Wire) -> None:
    head = wire.read(0, min(HEAD_BYTES, wire.size))
    if kind := recognize_binary(head):
        raise wire.error(f"this is {kind.what}, not a .caffemodel", hint=kind.hint)
    # A binary message has control characters within its first fields; text has none but white space.
    if all(byte >= 32 or byte in b"\t\n\f\r" for byte in head) and b"\x7f" not in head and _is_utf8(head):
        raise _text_error(wire, head)


_ITERATION = 1 << 3 | VARINT
"""The first byte of a SolverState, its iter; in a NetParameter field 1 is the name, no varint."""


_OF_BLOB = {
    *((number, VARINT) for number in (1, 2, 3, 4)),  # num, channels, height, width
    *((number, wire) for number in (5, 6) for wire in (BYTES, FIXED32)),  # data, diff
    *((number, wire) for number in (8, 9) for wire in (BYTES, FIXED64)),  # double_data, double_diff
    (7, BYTES),  # shape
}
"""The fields of a BlobProto as they are written; a NetParameter has no number in 5 and 7 that is no varint."""


def _refuse_blob(wire: Wire) -> None:
    """Raises the error for a file of one blob, such as a mean image."""
    found = set[tuple[int, int]]()
    try:
        for field in wire.fields(0, wire.size):
            found.add((field.number, field.wire))
            if not found <= _OF_BLOB:
                return
    except WeightsError:
        return  # no message at all: its own error says more
    if any(number in (5, 8) for number, _ in found):
        what = "this is a single blob, such as a mean image (.binaryproto), and not weights"
        raise wire.error(what, hint="a mean goes to --mean, or to mean_file in a transform_param")


def _refuse_solverstate(wire: Wire) -> None:
    """Raises the error for a .solverstate, which holds the momentum of training and names its weights."""
    if wire.read(0, 1)[0] != _ITERATION:
        return
    learned_net, iteration = "", 0
    try:
        for field in wire.fields(0, wire.size):
            if (field.number, field.wire) == (1, VARINT):
                iteration = field.value
            elif (field.number, field.wire) == (2, BYTES):
                learned_net = wire.text(field)
    except WeightsError:
        return  # no message at all: its own error says more
    raise solverstate_error(wire.path, iteration, learned_net)


def solverstate_error(path: str, iteration: int, learned_net: str) -> WeightsError:
    """The error for a .solverstate, of either form, that is given as weights."""
    return WeightsError(
        f"this is a .solverstate (the momentum of training at iteration {iteration:,}), not weights",
        place=Place(path),
        hint=f"give its weights, {_weights_of(path, learned_net)}",
    )


def _weights_of(path: str, learned_net: str) -> str:
    """The weights file of a .solverstate: beside it, where it is there."""
    name = learned_net.replace("\\", "/").rpartition("/")[2]
    guess = PurePath(path).name.replace(".solverstate", ".caffemodel")
    for candidate in filter(None, (name, guess)):
        beside = PurePath(path).with_name(candidate)
        if os.path.isfile(beside):  # noqa: PTH113 - Path's raises for a name that cannot be one
            return str(beside)
    return f"{printable(learned_net or guess)} (not beside it)"


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4  # a character cut off by the end of the head
    return True


def _text_error(wire: Wire, head: bytes) -> WeightsError:
    if kind := recognize_text(head):
        return wire.error(f"this is {kind.what}, not a .caffemodel", hint=kind.hint)
    return wire.error(
        "this is a text file, such as the net itself, and not its weights (.caffemodel)",
        hint="the net is the first file, its .caffemodel the one for --weights (or weights=)",
    )


def _layer_v2(wire: Wire, layer: Field) -> StoredLayer:
    return _layer(wire, layer, name=1, type_=2, blobs=7)


def _layer_v0(wire: Wire, layer: Field) -> StoredLayer:
    return _layer(wire, layer, name=1, type_=2, blobs=50)


def _layer_v1(wire: Wire, layer: Field) -> StoredLayer:
    inner = None
    for field in wire.fields(layer.start, layer.end):
        if field.number == 1 and field.wire == BYTES:
            inner = field
    return _layer_v0(wire, inner) if inner else _layer(wire, layer, name=4, type_=5, blobs=6)


_LAYER_READERS: dict[int, Callable[[Wire, Field], StoredLayer]] = {100: _layer_v2, 2: _layer_v1}


def _layer(wire: Wire, layer: Field, *, name: int, type_: int, blobs: int) -> StoredLayer:
    stored, places = StoredLayer("", ""), []
    for field in wire.fields(layer.start, layer.end):
        if field.number == name and field.wire == BYTES:
            stored = replace(stored, name=wire.text(field))
        elif field.number == type_ and field.wire == BYTES:
            stored = replace(stored, type=wire.text(field))
        elif field.number == type_ and field.wire == VARINT:
            stored = replace(stored, type=_v1_type(field.value))
        elif field.number == blobs and field.wire == BYTES:
            places.append(field)
    type_name = _C3D_TYPES.get(stored.type, stored.type) if places and type_ == _V1_TYPE else stored.type
    # The name may come after the blobs, and their errors name the layer.
    made = {i: _blob(wire, place, stored.name) for i, place in enumerate(places)}
    return replace(stored, type=type_name, blobs=made)


def _v1_type(number: int) -> str:
    return _V1_TYPES[number] if number < len(_V1_TYPES) else f"V1 type {number}"


_LEGACY = (1, 2, 3, 4)
_DATA, _DIFF, _SHAPE, _DOUBLE_DATA, _DOUBLE_DIFF, _RAW_TYPE, _RAW_DATA = 5, 6, 7, 8, 9, 10, 12
_RUNS = {
    (_DATA, FIXED32): FLOAT,
    (_DIFF, FIXED32): FLOAT,
    (_DOUBLE_DATA, FIXED64): DOUBLE,
    (_DOUBLE_DIFF, FIXED64): DOUBLE,
}
_PACKED = {_DATA: FLOAT, _DOUBLE_DATA: DOUBLE}


def _blob(wire: Wire, place: Field, layer: str | None) -> StoredBlob:
    dims, legacy, raw_type = list[int](), dict[int, int](), 0
    length: int | None = None
    pieces: dict[int, list[Numbers]] = {_DATA: [], _DOUBLE_DATA: []}
    raw: Field | None = None
    message = Message(wire, place.start, place.end)
    for field in message:
        kind = (field.number, field.wire)
        if kind in _RUNS:
            run = message.run(field, _RUNS[kind])
            pieces.get(field.number, []).append(run)
        elif field.number in _PACKED and field.wire == BYTES:
            pieces[field.number].append(_packed(wire, field, _PACKED[field.number], layer))
        elif kind == (_SHAPE, BYTES):
            dims += _dims(wire, field, layer)
        elif field.number in _LEGACY and field.wire == VARINT:
            legacy[field.number] = signed(field.value)
        elif kind == (_RAW_TYPE, VARINT):
            raw_type = field.value
        elif (
            field.wire == VARINT
        ):  # C3D's length, whose number is not known: Caffe's blobs have no other field like it
            length = signed(field.value)
        elif kind == (_RAW_DATA, BYTES):
            raw = field
    data = [piece for piece in pieces[_DOUBLE_DATA] or pieces[_DATA] if piece.count]
    if not data and raw is not None:
        data = [_raw(wire, raw, raw_type, layer)]
    count = sum(piece.count for piece in data)
    shape = _legacy_shape(legacy, length, count) if legacy else tuple(dims)
    _check_shape(wire, place, shape, count, layer)
    return StoredBlob(shape, bool(legacy), partial(_joined, wire, data), partial(_chunks, wire, data))


def _legacy_shape(legacy: Mapping[int, int], length: int | None, count: int) -> Shape:
    """num x channels x height x width, with C3D's length before height where it fits the count of values."""
    num, channels, height, width = (legacy.get(n, 0) for n in _LEGACY)
    clip = (num, channels, length or 0, height, width)
    return clip if length and prod(clip) == count else (num, channels, height, width)


def _dims(wire: Wire, shape: Field, layer: str | None) -> list[int]:
    dims: list[int] = []
    for field in wire.fields(shape.start, shape.end):
        if field.number == 1 and field.wire in (VARINT, BYTES):
            dims += wire.varints(field, _MAX_AXES)
        if len(dims) > _MAX_AXES:
            raise wire.error(f"a blob of more than {_MAX_AXES} axes", shape.start, layer)
    return dims


def _packed(wire: Wire, run: Field, dtype: str, layer: str | None) -> Numbers:
    size, width = run.end - run.start, np.dtype(dtype).itemsize
    if size % width:
        raise wire.error(f"{size} bytes of numbers are not a multiple of {width}", run.start, layer)
    return Numbers(run.start, size // width, dtype)


def _raw(wire: Wire, raw: Field, raw_type: int, layer: str | None) -> Numbers:
    if raw_type not in _RAW_TYPES:
        raise wire.error(
            f"raw_data of type {raw_type}; known: 0 (double), 1 (float), 2 (float16)", raw.start, layer
        )
    return _packed(wire, raw, _RAW_TYPES[raw_type], layer)


def _joined(wire: Wire, pieces: Sequence[Numbers]) -> AnyArray:
    if len(pieces) == 1:
        return wire.values(pieces[0])
    return np.concatenate([np.empty(0, np.float32), *map(wire.values, pieces)])


def _chunks(wire: Wire, pieces: Sequence[Numbers]) -> Iterator[AnyArray]:
    for piece in pieces:
        yield from wire.chunks(piece)


def _check_shape(wire: Wire, place: Field, shape: Shape, count: int, layer: str | None) -> None:
    if len(shape) > _MAX_AXES:
        raise wire.error(f"a blob of {len(shape)} axes (at most {_MAX_AXES})", place.start, layer)
    if min(shape, default=0) < 0:
        raise wire.error(f"a blob of shape {format_shape(shape)}", place.start, layer)
    if prod(shape) != count:
        values = f"holds {count} values, its shape {format_shape(shape)} needs {prod(shape)}"
        raise wire.error(f"a blob {values}", place.start, layer)
    if not count and prod(filter(None, shape)) > MAX_ELEMENTS:
        raise wire.error(f"a blob of shape {format_shape(shape)}: empty, and too large", place.start, layer)


_NET_LAYER, _LAYER_BLOBS = 100, 7


def _write_layer(file: IO[bytes], layer: LayerParameter, arrays: Sequence[Array]) -> None:
    before, after = _around_blobs(layer)
    # A blob's shape is a higher field than its numbers; one without axes has no shape, one of 0 values no numbers.
    shapes = [BlobProto(shape={"dim": a.shape} if a.ndim else None) for a in arrays]
    tails = [shape.SerializeToString() for shape in shapes]
    heads = [bytes_head(_DATA, 4 * a.size) if a.size else b"" for a in arrays]
    sizes = [len(head) + 4 * a.size + len(tail) for head, a, tail in zip(heads, arrays, tails, strict=True)]
    starts = [bytes_head(_LAYER_BLOBS, size) for size in sizes]
    whole = len(before) + sum(map(len, starts)) + sum(sizes) + len(after)
    file.write(bytes_head(_NET_LAYER, whole) + before)
    for start, head, array, tail in zip(starts, heads, arrays, tails, strict=True):
        file.write(start + head)
        file.write(np.ascontiguousarray(array, FLOAT).reshape(-1).view(np.uint8).data)
        file.write(tail)
    file.write(after)


def _around_blobs(layer: LayerParameter) -> tuple[bytes, bytes]:
    """A LayerParameter's bytes before its blobs and after them: fields are written in the order of their numbers."""
    before: schema.Message = LayerParameter()
    after: schema.Message = LayerParameter()
    before.CopyFrom(layer)
    after.CopyFrom(layer)
    for field, _ in layer.ListFields():
        if field.number >= _LAYER_BLOBS:
            before.ClearField(field.name)
        if field.number <= _LAYER_BLOBS:
            after.ClearField(field.name)
    return serialize_raw(before), serialize_raw(after)
