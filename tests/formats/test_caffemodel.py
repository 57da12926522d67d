"""`.caffemodel` files: every form a file can have, every way it can be broken."""

from __future__ import annotations

import os
import pickle
import random
import struct
import sys
from collections import deque
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from google.protobuf.message import DecodeError

from prototxt.errors import WeightsError
from prototxt.formats.caffemodel import read_blob, read_caffemodel
from prototxt.formats.stored import StoredBlob, StoredLayer
from prototxt.schema.caffe_pb2 import LayerParameter, NetParameter, V1LayerParameter
from prototxt.util.raw_text import encode_raw


class Pb:
    """Protobuf bytes written by hand, so that tests can also write what no library would."""

    @staticmethod
    def varint(value: int) -> bytes:
        value &= (1 << 64) - 1
        out = bytearray()
        while value > 0x7F:
            out.append(value & 0x7F | 0x80)
            value >>= 7
        return bytes([*out, value])

    @staticmethod
    def key(number: int, wire: int) -> bytes:
        return Pb.varint(number << 3 | wire)

    @staticmethod
    def number(field: int, value: int) -> bytes:
        return Pb.key(field, 0) + Pb.varint(value)

    @staticmethod
    def data(field: int, content: bytes | str) -> bytes:
        content = content.encode() if isinstance(content, str) else content
        return Pb.key(field, 2) + Pb.varint(len(content)) + content

    @staticmethod
    def group(field: int, content: bytes) -> bytes:
        return Pb.key(field, 3) + content + Pb.key(field, 4)

    @staticmethod
    def floats(values: Sequence[float], code: str = "f") -> bytes:
        return struct.pack(f"<{len(values)}{code}", *values)

    @staticmethod
    def shape(*dims: int) -> bytes:
        return Pb.data(7, Pb.data(1, b"".join(map(Pb.varint, dims))))

    @staticmethod
    def legacy(*dims: int) -> bytes:
        return b"".join(Pb.number(i + 1, dim) for i, dim in enumerate(dims))

    @staticmethod
    def packed(values: Sequence[float]) -> bytes:
        return Pb.data(5, Pb.floats(values))

    @staticmethod
    def unpacked(values: Sequence[float], field: int = 5, code: str = "f") -> bytes:
        return b"".join(Pb.key(field, 5 if code == "f" else 1) + Pb.floats([v], code) for v in values)

    @staticmethod
    def layer_v2(name: str, kind: str, *blobs: bytes) -> bytes:
        return Pb.data(100, Pb.data(1, name) + Pb.data(2, kind) + b"".join(Pb.data(7, b) for b in blobs))

    @staticmethod
    def layer_v1(name: str, kind: int, *blobs: bytes) -> bytes:
        return Pb.data(
            2,
            Pb.data(2, "bottom")
            + Pb.data(4, name)
            + Pb.number(5, kind)
            + b"".join(Pb.data(6, b) for b in blobs),
        )

    @staticmethod
    def layer_v0(name: str, kind: str, *blobs: bytes) -> bytes:
        return Pb.data(
            2, Pb.data(1, Pb.data(1, name) + Pb.data(2, kind) + b"".join(Pb.data(50, b) for b in blobs))
        )


SIX = [1.0, -2.0, 3.5, 0.0, 1e-3, 6.0]


@pytest.fixture
def models() -> Path:
    shared = Path(os.environ.get("PROTOTXT_SHARED", Path(__file__).parents[2] / "../shared"))
    if not (shared / "models").is_dir():
        pytest.skip("no trained models: set PROTOTXT_SHARED to the folder that holds models/")
    return shared / "models"


def read(tmp_path: Path, content: bytes) -> tuple[StoredLayer, ...]:
    path = tmp_path / "net.caffemodel"
    path.write_bytes(content)
    return read_caffemodel(path)


def one_blob(tmp_path: Path, blob: bytes) -> StoredBlob:
    (layer,) = read(tmp_path, Pb.layer_v2("ip", "InnerProduct", blob))
    (stored,) = layer.blobs.values()
    return stored


def refused(tmp_path: Path, content: bytes) -> str:
    with pytest.raises(WeightsError) as caught:
        read(tmp_path, content)
    assert str(caught.value).startswith(str(tmp_path / "net.caffemodel"))
    return str(caught.value)


@pytest.mark.parametrize(
    ("layer", "kind"),
    [
        (Pb.layer_v2("ip", "InnerProduct", Pb.shape(2, 3) + Pb.packed(SIX)), "InnerProduct"),
        (Pb.layer_v1("ip", 14, Pb.shape(2, 3) + Pb.packed(SIX)), "InnerProduct"),
        (Pb.layer_v1("ip", 61, Pb.shape(2, 3) + Pb.packed(SIX)), "V1 type 61"),
        (Pb.layer_v0("ip", "innerproduct", Pb.shape(2, 3) + Pb.packed(SIX)), "innerproduct"),
    ],
)
def test_every_form_of_layer(tmp_path: Path, layer: bytes, kind: str) -> None:
    (stored,) = read(tmp_path, Pb.data(1, "net") + layer)
    assert (stored.name, stored.type, len(stored.blobs)) == ("ip", kind, 1)
    np.testing.assert_array_equal(stored.blobs[0].array(), np.array(SIX, np.float32).reshape(2, 3))


@pytest.mark.parametrize(
    "values",
    [
        Pb.packed(SIX),
        Pb.unpacked(SIX),
        Pb.packed(SIX[:2]) + Pb.unpacked(SIX[2:5]) + Pb.packed(SIX[5:]),
        Pb.unpacked(SIX[:1]) + Pb.number(99, 5) + Pb.unpacked(SIX[1:]),
        Pb.packed(SIX) + Pb.data(6, Pb.floats([9.0] * 6)),
        Pb.unpacked([9.0] * 6, field=6) + Pb.packed(SIX),
        Pb.data(8, Pb.floats(SIX, "d")),
        Pb.unpacked(SIX, field=8, code="d"),
        Pb.unpacked([9.0] * 6, field=9, code="d") + Pb.packed(SIX),
        Pb.number(10, 1) + Pb.data(12, Pb.floats(SIX)),
        Pb.number(10, 0) + Pb.data(12, Pb.floats(SIX, "d")),
        b"\xad\x80\x00" + Pb.floats(SIX[:1]) + Pb.packed(SIX[1:]),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "dims", [Pb.shape(3, 2), Pb.data(7, Pb.number(1, 3) + Pb.number(1, 2))], ids=["packed", "un"]
)
def test_every_form_of_numbers(tmp_path: Path, dims: bytes, values: bytes) -> None:
    for content in (dims + values, values + dims):
        blob = one_blob(tmp_path, content)
        assert blob.shape == (3, 2)
        assert not blob.legacy
        array = blob.array()
        assert array.dtype == np.float32
        assert array.flags.aligned
        assert array.flags.c_contiguous
        np.testing.assert_array_equal(array, np.array(SIX, np.float32).reshape(3, 2))
        array[...] = 0
        np.testing.assert_array_equal(
            one_blob(tmp_path, content).array(), np.array(SIX, np.float32).reshape(3, 2)
        )


def test_float16(tmp_path: Path) -> None:
    halves = np.array(SIX, "<f2")
    blob = one_blob(tmp_path, Pb.data(12, halves.tobytes()) + Pb.shape(6) + Pb.number(10, 2))
    np.testing.assert_array_equal(blob.array(), halves.astype(np.float32))


def test_double_beyond_float32_becomes_infinity(tmp_path: Path) -> None:
    assert one_blob(tmp_path, Pb.data(8, Pb.floats([1e300], "d"))).array() == np.inf


def test_legacy_dimensions_win_as_in_caffe(tmp_path: Path) -> None:
    blob = one_blob(tmp_path, Pb.legacy(1, 1, 2, 3) + Pb.packed(SIX))
    assert blob.shape == (1, 1, 2, 3)
    assert blob.legacy
    assert one_blob(tmp_path, Pb.shape(6) + Pb.legacy(1, 1, 2, 3) + Pb.packed(SIX)).legacy


def test_scalar_and_empty(tmp_path: Path) -> None:
    assert one_blob(tmp_path, Pb.packed([7.0])).array().shape == ()
    assert one_blob(tmp_path, Pb.shape(0, 3)).array().shape == (0, 3)
    assert one_blob(tmp_path, Pb.shape(0) + Pb.data(5, b"")).array().shape == (0,)


def test_packed_floats_at_any_byte_are_aligned_arrays(tmp_path: Path) -> None:
    for filler in ("", "x", "xy", "xyz"):
        # The length of a field in front decides how the numbers are aligned in the file.
        (layer,) = read(tmp_path, Pb.data(1, filler) + Pb.layer_v2("ip", "", Pb.packed(SIX) + Pb.shape(6)))
        array = layer.blobs[0].array()
        assert array.flags.aligned
        assert array.flags.writeable
        np.testing.assert_array_equal(array, np.array(SIX, np.float32))


def test_numbers_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prototxt.formats.wire._MAX_AT_ONCE", 4)
    for numbers in (Pb.packed(SIX), Pb.unpacked(SIX), Pb.packed(SIX[:2]) + Pb.unpacked(SIX[2:])):
        blob = one_blob(tmp_path, Pb.shape(6) + numbers)
        parts = list(blob.in_parts())
        assert max(part.size for part in parts) == 4
        np.testing.assert_array_equal(np.concatenate(parts), np.array(SIX, np.float32))
        np.testing.assert_array_equal(blob.read(), np.array(SIX, np.float32))


def test_other_fields_are_skipped(tmp_path: Path) -> None:
    odd = [
        Pb.number(5000, 1 << 63),
        Pb.key(5001, 1) + bytes(8),
        Pb.data(5002, b"\xff\xff"),
        Pb.group(5003, Pb.number(1, 1) + Pb.group(7, Pb.data(7, b"\xff") + Pb.key(9, 5) + bytes(4))),
        Pb.key(5004, 5) + bytes(4),
    ]
    # Numbers that mean something, with another wire type than they should have.
    blob = (
        Pb.key(5, 1)
        + bytes(8)
        + Pb.number(7, 3)
        + Pb.key(1, 5)
        + bytes(4)
        + Pb.group(8, b"")
        + Pb.data(10, "ab")
    )
    blob = b"".join(odd) + blob + Pb.shape(6) + Pb.packed(SIX) + b"".join(odd)
    layer = (
        Pb.number(1, 4)
        + Pb.group(2, b"")
        + Pb.number(7, 9)
        + Pb.data(1, "ip")
        + b"".join(odd)
        + Pb.data(7, blob)
    )
    content = (
        Pb.number(100, 3) + Pb.key(2, 5) + bytes(4) + b"".join(odd) + Pb.data(100, layer) + b"".join(odd)
    )
    (stored,) = read(tmp_path, content)
    assert stored.name == "ip"
    np.testing.assert_array_equal(stored.blobs[0].array(), np.array(SIX, np.float32))


def test_layers_without_blobs_are_listed(tmp_path: Path) -> None:
    layers = read(tmp_path, Pb.layer_v2("relu", "ReLU") + Pb.layer_v2("ip", "InnerProduct", Pb.packed([1.0])))
    assert [(layer.name, len(layer.blobs)) for layer in layers] == [("relu", 0), ("ip", 1)]


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    (layer,) = read(tmp_path, Pb.data(100, Pb.data(1, b"caf\xe9")))
    assert encode_raw(layer.name) == b"caf\xe9"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "the file is empty"),
        (b"name: 'LeNet'\nlayer {\n}\n", "this is a text file, such as the net itself"),
        ("# дом\nlayer {}".encode(), "this is a text file"),
        (b"version https://git-lfs.github.com/spec/v1\noid 1\n", "Git LFS pointer"),
        (b"<!DOCTYPE html><html>", "this is a web page"),
        (b"\x89HDF\r\n\x1a\n" + bytes(90), "HDF5 weights"),
        (b"PK\x03\x04" + bytes(90), "zip archive"),
        (b"\x1f\x8b\x08" + bytes(90), "gzip"),
        (pickle.dumps(0x1950A86A20F9469CFC6C, 2), "this is a PyTorch file (.pth)"),
        (pickle.dumps([1.5], 4), "this is a Python pickle"),
        (pickle.dumps([1.5], 5), "this is a Python pickle"),
        (bytes(64), "at byte 0: no protobuf field starts like this"),
        (b"\xff" * 64, "longer than 10 bytes"),
        (Pb.data(1, "a net without layers"), "no layers in this file"),
        (Pb.key(3, 4), "end of group 3 that was never started"),
        (Pb.key(3, 3) + Pb.key(4, 4), "end of group 4 inside another group"),
        (Pb.key(3, 3) * 200, "groups nested deeper than 100"),
        (Pb.key(3, 3) + Pb.number(1, 1), "cut off"),
        (
            Pb.key(100, 2) + Pb.varint(1 << 62) + b"abc",
            "field 100 needs 4611686018427387904 bytes, 3 are left",
        ),
        (Pb.layer_v2("ip", "", Pb.shape(2, 4) + Pb.packed(SIX)), "holds 6 values, its shape 2 x 4 needs 8"),
        (Pb.layer_v2("ip", "", Pb.shape(1 << 40, 1 << 40)), "holds 0 values"),
        (Pb.layer_v2("ip", "", Pb.shape(-2, -3) + Pb.packed(SIX)), "shape -2 x -3"),
        (Pb.layer_v2("ip", "", Pb.shape(*[1] * 40) + Pb.packed([1.0])), "more than 32 axes"),
        (Pb.layer_v2("ip", "", Pb.data(5, bytes(7))), 'layer "ip": at byte'),
        (Pb.layer_v2("ip", "", Pb.number(10, 3) + Pb.data(12, bytes(4))), "raw_data of type 3"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes, what: str) -> None:
    assert what in refused(tmp_path, content)


def test_missing_directory_pipe_and_odd_paths(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no such file"):
        read_caffemodel(tmp_path / "none.caffemodel")
    with pytest.raises(WeightsError, match="directory"):
        read_caffemodel(tmp_path)
    with pytest.raises(WeightsError, match="cannot be read"):
        read_caffemodel("nul\0byte")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(WeightsError, match="not a regular file"):
        read_caffemodel(tmp_path / "pipe")


SMALL = (
    Pb.data(1, "net")
    + Pb.layer_v2(
        "ip", "InnerProduct", Pb.shape(2, 3) + Pb.packed(SIX), Pb.legacy(1, 1, 1, 2) + Pb.unpacked([1, 2])
    )
    + Pb.layer_v1("c", 4, Pb.data(8, Pb.floats([5.0], "d")))
    + Pb.layer_v0("z", "conv", Pb.number(10, 2) + Pb.data(12, b"\0\0"))
    + Pb.group(77, Pb.number(1, 1))
)


def attempt(tmp_path: Path, content: bytes) -> tuple[StoredLayer, ...]:
    """Reads every array; nothing but WeightsError may come out."""
    try:
        layers = read(tmp_path, content)
    except WeightsError:
        return ()
    for layer in layers:
        for blob in layer.blobs.values():
            assert blob.array().shape == blob.shape
    return layers


def test_truncated_at_every_byte(tmp_path: Path) -> None:
    whole = len(read(tmp_path, SMALL))
    for length in range(len(SMALL)):
        assert len(attempt(tmp_path, SMALL[:length])) <= whole


def test_flipped_bits_and_random_bytes(tmp_path: Path) -> None:
    rng = random.Random(7)
    for _ in range(700):
        content = bytearray(SMALL)
        for _ in range(rng.choice([1, 1, 2, 8])):
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        attempt(tmp_path, bytes(content))
    for _ in range(200):
        attempt(tmp_path, rng.randbytes(rng.randrange(1, 60)))


def test_unpacked_numbers_are_read_in_bulk(tmp_path: Path) -> None:
    values = np.arange(5_000_000, dtype=np.float32)  # more than are looked at together
    items = np.empty(values.size, [("key", "u1"), ("value", "<f4")])
    items["key"], items["value"] = 5 << 3 | 5, values
    calls = count()
    sys.setprofile(lambda *_: next(calls))
    try:
        blob = one_blob(tmp_path, Pb.shape(1000, 5000) + items.tobytes())
    finally:
        sys.setprofile(None)
    assert next(calls) < values.size / 100  # item by item takes several calls each
    np.testing.assert_array_equal(blob.read(), values)


@pytest.mark.sweep
def test_a_file_above_2_gb(tmp_path: Path) -> None:
    size, path = (1 << 31) + 40, tmp_path / "big.caffemodel"
    blob_head = Pb.shape(size // 4) + Pb.key(5, 2) + Pb.varint(size)
    layer_head = Pb.data(1, "fc") + Pb.key(7, 2) + Pb.varint(len(blob_head) + size) + blob_head
    with path.open("wb") as file:
        file.write(Pb.key(100, 2) + Pb.varint(len(layer_head) + size) + layer_head)
        file.seek(size - 4, os.SEEK_CUR)  # a hole: takes no room on the disk
        file.write(Pb.floats([42.0]) + Pb.layer_v2("last", "ReLU"))
    fc, last = read_caffemodel(path)
    assert (fc.blobs[0].shape, last.name) == ((size // 4,), "last")
    (numbers,) = deque(fc.blobs[0].in_parts(), maxlen=1)  # the last part alone stays in memory
    assert numbers[-1] == 42


def test_read_blob(tmp_path: Path) -> None:
    path = tmp_path / "mean.binaryproto"
    path.write_bytes(Pb.legacy(1, 3, 1, 2) + Pb.packed(SIX))
    assert read_blob(path).shape == (1, 3, 1, 2)
    path.write_bytes(Pb.legacy(1, 3, 1, 2) + Pb.packed(SIX)[:-3])
    with pytest.raises(WeightsError, match="cut short"):
        read_blob(path)


def test_trained_models_read_as_protobuf_reads_them(models: Path) -> None:
    paths = sorted(models.glob("*/*.caffemodel"))
    compared = 0
    for path in paths:
        try:
            net = NetParameter.FromString(path.read_bytes())
        except DecodeError:
            continue  # a fork's numbers collide with the schema's: ours to read, not protobuf's
        compared += 1
        theirs: Sequence[LayerParameter | V1LayerParameter] = net.layer or net.layers
        ours = read_caffemodel(path)
        assert [layer.name for layer in ours] == [layer.name for layer in theirs]
        for mine, parsed in zip(ours, theirs, strict=True):
            assert len(mine.blobs) == len(parsed.blobs)
            for blob, message in zip(mine.blobs.values(), parsed.blobs, strict=True):
                if not blob.legacy:
                    assert blob.shape == tuple(message.shape.dim)
                if len(message.data):
                    np.testing.assert_array_equal(blob.array().ravel(), np.array(message.data, np.float32))
    assert compared > 7


def test_every_trained_model_is_read(models: Path) -> None:
    for path in models.glob("*/*.caffemodel"):
        assert sum(len(layer.blobs) for layer in read_caffemodel(path)) > 4


def test_float16_model_is_near_its_float32_twin(models: Path) -> None:
    (full,) = models.glob("res10_ssd/*.caffemodel")
    (half,) = models.glob("res10_ssd_fp16/*.caffemodel")
    by_name = {layer.name: layer for layer in read_caffemodel(full)}
    compared = 0
    for layer in read_caffemodel(half):
        twin = by_name.get(layer.name)
        for mine, theirs in zip(layer.blobs.values(), twin.blobs.values() if twin else (), strict=False):
            if mine.shape == theirs.shape:
                np.testing.assert_allclose(mine.array(), theirs.array(), rtol=2e-3, atol=1e-2)
                compared += 1
    assert compared > 50


def test_c3d_blobs_have_a_length(tmp_path: Path) -> None:
    """Its number is not known: any further number of a blob that makes its shape fit the values."""
    weights, bias = list(range(2 * 3 * 4 * 1 * 1)), [1.0, 2.0]
    blobs = [
        Pb.legacy(2, 3, 1, 1) + Pb.number(7, 4) + Pb.packed(weights),
        Pb.legacy(1, 1, 1, 2) + Pb.number(7, 1) + Pb.packed(bias),
        Pb.legacy(1, 1, 1, 2) + Pb.number(7, 9) + Pb.packed(bias),
    ]
    path = tmp_path / "c3d.caffemodel"
    path.write_bytes(Pb.layer_v1("conv1a", 30, *blobs))
    (layer,) = read_caffemodel(path)
    assert layer.type == "Convolution3D"
    assert [blob.shape for blob in layer.blobs.values()] == [(2, 3, 4, 1, 1), (1, 1, 1, 1, 2), (1, 1, 1, 2)]
    np.testing.assert_array_equal(layer.blobs[0].array().ravel(), weights)
