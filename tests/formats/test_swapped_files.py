"""Files given in place of nets and weights: the error says what each is, and what to do works."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.cli.run.command import main as run
from prototxt.errors import ImageError, PrototxtError, TextError, WeightsError
from prototxt.images.mean import read_mean
from prototxt.schema.caffe_pb2 import BlobProto, LayerParameter, NetParameter, SolverState
from support.commands import invoke
from support.extras import needs

NET = """
input: "x" input_shape { dim: 1 dim: 4 }
layer { name: "a" type: "InnerProduct" bottom: "x" top: "a" inner_product_param { num_output: 3 } }
"""


def tar() -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("net.prototxt"))
    return held.getvalue()


WRONG = {
    "html": (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>\n", "a web page (HTML)"),
    "html-bom": (b"\xef\xbb\xbf \n<HTML lang='en'>", "a web page (HTML)"),
    "xml": (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "a web page (HTML)"),
    "lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 21\n", "a Git LFS pointer"),
    "json": (b'{"message": "Not Found", "status": "404"}', "a web server (JSON)"),
    "404": (b"404: Not Found", '"404: Not Found"'),
    "403": (b"403 Forbidden\n", '"403 Forbidden"'),
    "gzip": (gzip.compress(NET.encode()), "compressed with gzip"),
    "bzip2": (b"BZh91AY&SY" + bytes(40), "compressed with bzip2"),
    "xz": (b"\xfd7zXZ\x00\x00\x04" + bytes(40), "compressed with xz"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(40), "compressed with zstd"),
    "tar": (tar(), "a tar archive"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(40), "a 7-Zip archive"),
    "rar": (b"Rar!\x1a\x07\x00" + bytes(40), "a RAR archive"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(40), "a PNG image"),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(40), "a JPEG image"),
    "gif": (b"GIF89a" + bytes(40), "a GIF image"),
    "pdf": (b"%PDF-1.7\n\x00" + bytes(40), "a PDF document"),
    "npy": (b"\x93NUMPY\x01\x00" + bytes(40), "a NumPy array (.npy)"),
    "pickle": (b"\x80\x04\x95" + bytes(40), "a Python pickle"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_something_else_as_net_and_as_weights(tmp_path: Path, kind: str) -> None:
    data, what = WRONG[kind]
    file = tmp_path / "file"
    file.write_bytes(data)
    with pytest.raises(TextError) as as_net:
        prototxt.load_net(file)
    with pytest.raises(WeightsError) as as_weights:
        prototxt.parse_net(NET, file)
    for error in (as_net.value, as_weights.value):
        assert what in error.what
        assert str(error).startswith(str(file))
    assert as_net.value.hint


def test_net_and_weights_swapped(tmp_path: Path) -> None:
    net, weights = tmp_path / "net.prototxt", tmp_path / "net.caffemodel"
    net.write_text(NET)
    prototxt.load_net(net).save(weights)
    with pytest.raises(
        TextError, match=r"not a text file but a trained net \(.caffemodel\)\nhint: .*--weights"
    ):
        prototxt.load_net(weights, net)
    with pytest.raises(WeightsError, match=r"such as the net itself.*\nhint: the net is the first file"):
        prototxt.load_net(net, net)
    for layers in ("layer", "layers"):  # a trained net without a name
        getattr(message := NetParameter(), layers).add(name="a").blobs.add(data=[1.0, -2.0])
        weights.write_bytes(message.SerializeToString())
        with pytest.raises(TextError, match="a trained net"):
            prototxt.load_net(weights)


def solverstate(path: Path, **fields: object) -> None:
    state = SolverState(iter=1234, **fields)  # type: ignore[arg-type]
    state.history.add(data=[0.1] * 12).shape.dim.extend([3, 4])
    path.write_bytes(state.SerializeToString())


@pytest.mark.parametrize(
    "learned", ["snap/net_iter_1234.caffemodel", "C:\\snap\\net_iter_1234.caffemodel", ""]
)
def test_a_solverstate_names_its_weights(tmp_path: Path, learned: str) -> None:
    state, weights = tmp_path / "net_iter_1234.solverstate", tmp_path / "net_iter_1234.caffemodel"
    solverstate(state, learned_net=learned)
    with pytest.raises(WeightsError, match=r"a \.solverstate .* iteration 1,234") as caught:
        prototxt.parse_net(NET, state)
    assert (learned or weights.name) in str(caught.value.hint)
    assert "not beside it" in str(caught.value.hint)
    prototxt.parse_net(NET).save(weights)
    with pytest.raises(WeightsError) as caught:
        prototxt.parse_net(NET, state)
    assert str(caught.value.hint).endswith(f", {weights}")
    with pytest.raises(TextError, match="not a text file"):
        prototxt.load_net(state)


def test_a_solverstate_in_hdf5(tmp_path: Path) -> None:
    path = tmp_path / "net_iter_7.solverstate.h5"
    with needs("h5py").File(path, "w") as file:
        file["iter"], file["learned_net"], file["current_step"] = 7, "net_iter_7.caffemodel.h5", 0
        file.create_group("history")["0"] = [0.5]
    with pytest.raises(
        WeightsError, match=r"a \.solverstate .* iteration 7\).*\nhint: .*net_iter_7.caffemodel.h5"
    ):
        prototxt.parse_net(NET, path)


def test_a_name_that_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from prototxt.cli.run.command import main

    monkeypatch.chdir(tmp_path)
    Path("net.prototxt").write_text(NET)
    for arguments in (["net.prototxt", "--plan", "--weights"], ["--plan"]):
        for name in ("x" * 300, "x" * 300 + "," + "y" * 300):
            result = invoke(main, *arguments, name)
            assert result.code == 1
            assert "ile name too long" in result.err or "file name too long" in result.err
            assert result.err.startswith("error: xxx")
            assert "write the answer" not in result.err


def test_a_hint_of_every_error_is_one_line() -> None:
    with pytest.raises(PrototxtError) as caught:
        prototxt.parse_net(NET, "/nowhere/x.caffemodel")
    assert "\n" not in str(caught.value)


def blob(legacy: bool) -> bytes:
    """A mean image of 3 x 4 x 5 as Caffe saves it, with its shape in either form."""
    mean = BlobProto(data=[1.5] * 60)
    if legacy:
        mean.num, mean.channels, mean.height, mean.width = 1, 3, 4, 5
    else:
        mean.shape.dim.extend([3, 4, 5])
    return mean.SerializeToString()


@pytest.mark.parametrize("legacy", [False, True])
def test_a_mean_as_weights(tmp_path: Path, legacy: bool) -> None:
    file = tmp_path / "mean.binaryproto"
    file.write_bytes(blob(legacy))
    with pytest.raises(
        WeightsError, match=r"a single blob, such as a mean image \(\.binaryproto\)"
    ) as caught:
        prototxt.parse_net(NET, file)
    assert "--mean" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (
            NetParameter(name="n", layer=[LayerParameter(name="a")]).SerializeToString(),
            "a trained net (.caffemodel)",
        ),
        (b"<!DOCTYPE html><html>", "a web page (HTML)"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "a PNG image"),
    ],
)
def test_something_else_as_mean(tmp_path: Path, data: bytes, what: str) -> None:
    file = tmp_path / "mean.binaryproto"
    file.write_bytes(data)
    with pytest.raises(ImageError) as caught:
        read_mean(file)
    assert str(caught.value) == f"{file}: not a mean file but {what}"


@pytest.mark.parametrize(
    ("shape", "part"),
    [
        ((7, 8, 3), "it looks like H x W x C: save array.transpose(2, 0, 1)[None]"),
        ((2, 7, 8, 3), "it looks like N x H x W x C: save array.transpose(0, 3, 1, 2)"),
        ((3, 7, 8), "add the first axis, one image in a batch: save array[None]"),
        ((2, 3, 9, 8), ""),
    ],
)
def test_axes_of_a_npy_file(tmp_path: Path, shape: tuple[int, ...], part: str) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(
        'input: "x" input_shape { dim: 2 dim: 3 dim: 7 dim: 8 } layer { name: "r" type: "ReLU" bottom: "x" top: "y" }'
    )
    np.save(tmp_path / "x.npy", np.zeros(shape, np.float32))
    result = invoke(run, net, tmp_path / "x.npy")
    assert result.code == 1
    assert "the net takes N x 3 x 7 x 8" in result.err
    assert (f"hint: {part}\n" in result.err) if part else ("hint" not in result.err)
