"""Nets in GBK, Latin-1, Shift-JIS: they open with a warning that says where, and every byte of a name stays."""

from __future__ import annotations

import json
import os
import random
import warnings
from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.cli.explain.command import main as explain
from prototxt.cli.run.command import main as run
from prototxt.cli.shapes import main as shapes
from prototxt.cli.time import main as time
from prototxt.cli.upgrade import main as upgrade
from prototxt.formats.caffemodel import read_caffemodel
from prototxt.schema.caffe_pb2 import V1LayerParameter
from prototxt.schema.recode import recode
from prototxt.util.raw_text import decode_raw, encode_raw, path_of
from support.commands import invoke

NET = b"""# %(comment)s
name: "%(name)s"
input: "x" input_shape { dim: 1 dim: 4 }
layer { name: "%(name)s" type: "InnerProduct" bottom: "x" top: "%(top)s"
  inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
"""
CASES = {
    "GBK": ("网络".encode("gbk"), "第一层".encode("gbk"), "输出".encode("gbk")),
    "Latin-1": ("für Prüfung".encode("latin-1"), "größe".encode("latin-1"), b"y"),
    "Shift-JIS": ("ネットワーク".encode("shift_jis"), "層".encode("shift_jis"), "出力".encode("shift_jis")),
    "EUC-KR": ("신경망".encode("euc_kr"), "층".encode("euc_kr"), "출력".encode("euc_kr")),
    "mixed": ("中".encode() + b"\xff\xfe", "é".encode() + b"\xe9", b"\x80\xbf"),
}


def write(path: Path, comment: bytes, name: bytes, top: bytes) -> Path:
    path.write_bytes(NET % {b"comment": comment, b"name": name, b"top": top})
    return path


def load(path: Path, weights: Path | None = None) -> tuple[prototxt.Net, list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        net = prototxt.load_net(path, weights)
    return net, [str(warning.message) for warning in caught]


@pytest.mark.parametrize("case", CASES)
def test_a_net_opens_with_a_warning(tmp_path: Path, case: str) -> None:
    comment, name, top = CASES[case]
    path = write(tmp_path / "net.prototxt", comment, name, top)
    net, messages = load(path)
    (message,) = messages
    assert message.startswith(f"{path}:1:")
    assert "is not UTF-8" in message
    assert encode_raw(net.name) == name
    assert encode_raw(net.layers[1].name) == name
    assert [encode_raw(output) for output in net.outputs] == [top]


def test_the_place_of_the_first_byte(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_bytes('input: "x" input_shape { dim: 4 }\n# 中é: '.encode() + b"\xd6\xff\xb9\n")
    _, (message,) = load(path)
    assert message.startswith(f"{path}:2:7: byte 0xd6 is not UTF-8 (and 2 more)")


@pytest.mark.parametrize("case", CASES)
def test_names_keep_their_bytes(tmp_path: Path, case: str) -> None:
    comment, name, top = CASES[case]
    path = write(tmp_path / "net.prototxt", comment, name, top)
    net, _ = load(path)
    weights = tmp_path / "net.caffemodel"
    net.save(weights)
    saved = weights.read_bytes()
    assert saved.count(name) >= 2
    assert b"\xf4\x8f" not in saved
    again, _ = load(path, weights)
    assert again.loaded is not None
    assert again.loaded.missing == ()
    np.testing.assert_array_equal(
        again.params_of(again.layers[1])[0].data, net.params_of(net.layers[1])[0].data
    )
    for suffix in ("prototxt", "caffemodel"):
        source, target = tmp_path / f"net.{suffix}", tmp_path / f"new.{suffix}"
        assert invoke(upgrade, source, target).code == 0
        if suffix == "caffemodel":
            assert encode_raw(read_caffemodel(target)[-1].name) == name
        else:
            upgraded, _ = load(target)
            assert encode_raw(upgraded.layers[1].name) == name


@pytest.mark.parametrize("case", CASES)
def test_weights_as_npz_keep_the_bytes_too(tmp_path: Path, case: str) -> None:
    _, name, _ = CASES[case]
    path = write(tmp_path / "net.prototxt", *CASES[case])
    net, _ = load(path)
    weights = tmp_path / "net.npz"
    net.save(weights)
    saved = weights.read_bytes()
    assert name in saved
    assert b"\xf4\x8f" not in saved
    again, _ = load(path, weights)
    assert again.loaded is not None
    assert again.loaded.missing == ()
    np.testing.assert_array_equal(
        again.params_of(again.layers[1])[0].data, net.params_of(net.layers[1])[0].data
    )


def test_numpy_opens_an_npz_with_any_names(tmp_path: Path) -> None:
    _, name, _ = CASES["Latin-1"]
    net, _ = load(write(tmp_path / "net.prototxt", *CASES["Latin-1"]))
    net.save(tmp_path / "net.npz")
    with np.load(tmp_path / "net.npz") as arrays:
        assert sorted(key.encode("cp437") for key in arrays.files) == [name + b"/0", name + b"/1"]
        assert sorted(arrays[key].shape for key in arrays.files) == [(3,), (3, 4)]


def test_old_layers_in_binary_keep_their_bytes(tmp_path: Path) -> None:
    name = "層".encode("shift_jis")
    layer = V1LayerParameter(type="INNER_PRODUCT")
    layer.blobs.add(num=1, channels=1, height=1, width=2, data=[1.0, 2.0])
    body = b"\x22" + bytes([len(name)]) + name + layer.SerializeToString()
    (tmp_path / "old.caffemodel").write_bytes(b"\x12" + bytes([len(body)]) + body)
    assert invoke(upgrade, tmp_path / "old.caffemodel", tmp_path / "new.caffemodel").code == 0
    (read,) = read_caffemodel(tmp_path / "new.caffemodel")
    assert encode_raw(read.name) == name
    assert name in (tmp_path / "new.caffemodel").read_bytes()


@pytest.mark.parametrize("case", CASES)
def test_the_terminal_and_json(tmp_path: Path, case: str) -> None:
    path = write(tmp_path / "net.prototxt", *CASES[case])
    shown = invoke(shapes, path)
    assert (shown.code, "Traceback" in shown.err) == (0, False)
    assert f"\\x{next(b for b in reversed(CASES[case][1]) if b > 127):02x}" in shown.out
    (shown.out + shown.err).encode("utf-8")
    document = json.loads(invoke(shapes, path, "--format", "json").out)
    assert document["layers"][1]["name"].encode(errors="surrogateescape") == CASES[case][1]


@pytest.mark.parametrize("case", CASES)
def test_json_of_every_command(tmp_path: Path, case: str) -> None:
    path = write(tmp_path / "net.prototxt", *CASES[case])
    wanted = json.dumps(CASES[case][1].decode(errors="surrogateescape"))[1:-1]
    for command, arguments in (
        (explain, (path, "--format", "json")),
        (run, (path, "--plan", "--json")),
        (time, ("--model", path, "--iterations", "1", "--json")),
    ):
        result = invoke(command, *arguments)
        assert result.code == 0, result.err
        json.loads(result.out)
        assert "udbff" not in result.out
        assert wanted in result.out


def test_random_bytes_in_comments_and_names(tmp_path: Path) -> None:
    rng = random.Random(0)
    usable = [byte for byte in range(32, 256) if byte not in b'"\\\x7f']
    for _ in range(20):
        comment, name, top = (bytes(rng.choices(usable, k=rng.randint(1, 20))) for _ in range(3))
        net, _ = load(write(tmp_path / "net.prototxt", comment, name, b"y" + top))
        assert encode_raw(net.layers[1].name) == name
        net.save(tmp_path / "net.caffemodel")
        assert encode_raw(read_caffemodel(tmp_path / "net.caffemodel")[-1].name) == name


def test_bytes_there_and_back() -> None:
    rng = random.Random(0)
    for data in [bytes(range(256)), *(rng.randbytes(30) for _ in range(200))]:
        text = decode_raw(data)
        assert encode_raw(text) == data
        assert text.encode()
        assert os.fsencode(path_of(text)) == data
    assert recode(b"\x0a\xff", V1LayerParameter, bytes.upper) == b"\x0a\xff"


def test_a_binary_file_is_still_refused(tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_bytes(bytes(range(1, 256)) * 4)
    with pytest.raises(prototxt.PrototxtError, match="not a text file"):
        prototxt.load_net(tmp_path / "net.prototxt")
