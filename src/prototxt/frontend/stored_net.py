"""The definition of the net that a trained net (.caffemodel) holds beside its weights."""

from __future__ import annotations

from os import PathLike, fspath
from typing import TypeVar

from prototxt.errors import InputError, Place, WeightsError
from prototxt.formats.caffemodel import read_caffemodel
from prototxt.formats.wire import BYTES, Field, Wire
from prototxt.schema import Message as SchemaMessage
from prototxt.schema import parse_message
from prototxt.schema.caffe_pb2 import LayerParameter, NetParameter, V0LayerParameter, V1LayerParameter
from prototxt.schema.recode import recode
from prototxt.text.definition import Definition, define
from prototxt.text.write import write
from prototxt.upgrade import upgrade
from prototxt.util.files import exists, whole_file
from prototxt.util.raw_text import encode_raw, escape_raw
from prototxt.util.recognize import HEAD_BYTES, recognize_binary

__all__ = ["extract_definition", "parse_stored", "stored_definition"]

_LAYER, _LAYERS, _V0 = 100, 2, 1
_BLOBS = {"LayerParameter": 7, "V1LayerParameter": 6, "V0LayerParameter": 50}

M = TypeVar("M", bound=SchemaMessage)


def stored_definition(path: str | PathLike[str]) -> Definition | None:
    """The net of a `.caffemodel` in today's form, without its weights; None where the file holds only weights.

    A weights file of another form holds no net. The phase that Caffe writes into every layer is that of the net that
    was saved, and no part of its definition.

    Raises WeightsError for a broken file and for layers that are not what the schema says, NetError where a legacy
    construct has no meaning.
    """
    wire = Wire(fspath(path))
    if recognize_binary(wire.read(0, HEAD_BYTES)) is not None:
        return None
    net = NetParameter()
    for start, field in wire.fields_at(0, wire.size):
        if field.number == _LAYER and field.wire == BYTES:
            net.layer.append(_without_blobs(wire, LayerParameter, field))
        elif field.number == _LAYERS and field.wire == BYTES:
            net.layers.append(_v1(wire, field))
        else:
            net.MergeFrom(parse_stored(wire, NetParameter, wire.read(start, field.end), start))
    for layer in net.layer:
        layer.ClearField("phase")
    connected = any(layer.bottom or layer.top for layer in net.layer)
    old = any(layer.bottom or layer.top for layer in net.layers)
    return upgrade(define(net, wire.path)) if connected or old else None


def extract_definition(path: str | PathLike[str], target: str | PathLike[str]) -> Definition:
    """Write the definition that a `.caffemodel` holds as a prototxt, whole or not at all; returns it.

    Raises InputError where something is at `target` already, WeightsError where the file holds no definition, and what
    `stored_definition` raises.
    """
    if exists(target):
        raise InputError(
            "there is something at this path already",
            place=Place(fspath(target)),
            hint="move or delete it first",
        )
    read_caffemodel(path)  # it is a sound .caffemodel, or this says what it is
    definition = stored_definition(path)
    if definition is None:
        raise WeightsError("it holds weights, but no definition of a net", place=Place(fspath(path)))
    with whole_file(target) as out:
        out.write(encode_raw(write(definition.message)))
    return definition


def _without_blobs(wire: Wire, message_type: type[M], place: Field) -> M:
    kept = [
        wire.read(start, field.end)
        for start, field in wire.fields_at(place.start, place.end)
        if field.number != _BLOBS[message_type.__name__]
    ]
    return parse_stored(wire, message_type, b"".join(kept), place.start)


def _v1(wire: Wire, place: Field) -> V1LayerParameter:
    """A layer of the old form, which may hold one of the oldest."""
    message, kept = V1LayerParameter(), list[bytes]()
    for start, field in wire.fields_at(place.start, place.end):
        if field.number == _V0 and field.wire == BYTES:
            message.layer.CopyFrom(_without_blobs(wire, V0LayerParameter, field))
        elif field.number != _BLOBS["V1LayerParameter"]:
            kept.append(wire.read(start, field.end))
    message.MergeFrom(parse_stored(wire, V1LayerParameter, b"".join(kept), place.start))
    return message


def parse_stored(wire: Wire, message_type: type[M], data: bytes, at: int) -> M:
    """The message in `data`, which a file holds from byte `at` on; bytes that are not UTF-8 are carried as characters.

    Raises WeightsError where the bytes are no such message.
    """
    try:
        return parse_message(message_type, recode(data, message_type, escape_raw))
    except ValueError as error:
        raise wire.error(str(error), at) from None
