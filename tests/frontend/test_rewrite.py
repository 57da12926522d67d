"""Files in today's form: trained nets of every age against protobuf's own reading, texts that read as they did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from prototxt.errors import PrototxtError
from prototxt.formats.caffemodel import read_caffemodel
from prototxt.formats.wire import bytes_head
from prototxt.frontend.load import define_net
from prototxt.frontend.rewrite import is_binary, rewrite, rewrite_binary, rewrite_text
from prototxt.schema.caffe_pb2 import NetParameter
from prototxt.text.definition import define
from prototxt.text.files import read_text
from prototxt.upgrade import upgrade
from support.golden import SHARED, needs_shared
from support.helpers import net_message

V0 = """
    name: "v0" input: "data" input_dim: 1 input_dim: 2 input_dim: 9 input_dim: 13
    layers { layer { name: "pad" type: "padding" pad: 2 } bottom: "data" top: "padded" }
    layers { layer { name: "conv" type: "conv" num_output: 3 kernelsize: 5 blobs_lr: 1 blobs_lr: 2 weight_decay: 1
                     weight_decay: 0 } bottom: "padded" top: "conv" }
    layers { layer { name: "pool" type: "pool" pool: AVE kernelsize: 2 stride: 2 } bottom: "conv" top: "pool" }
    layers { layer { name: "ip" type: "innerproduct" num_output: 4 biasterm: false } bottom: "pool" top: "ip" }
"""
V1 = """
    name: "v1" force_backward: true
    layers { name: "data" type: DATA top: "data" data_param { source: "x" batch_size: 2 scale: 0.5 mirror: true } }
    layers { name: "conv" type: CONVOLUTION bottom: "data" top: "conv" blobs_lr: 0 param: "shared"
             convolution_param { num_output: 3 kernel_size: 5 group: 1 } include { phase: TEST } }
    layers { name: "relu" type: RELU bottom: "conv" top: "conv" }
    layers { name: "ip" type: INNER_PRODUCT bottom: "conv" top: "ip" inner_product_param { num_output: 4 } }
"""
TODAY = """
    name: "today" input: "data" input_shape { dim: 1 dim: 3 dim: 8 dim: 12 }
    layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 3 pad: 1 } }
    layer { name: "bn" type: "BatchNorm" bottom: "conv" top: "bn" param { name: "a" } param { lr_mult: 2 } param {}
            batch_norm_param { eps: 0.5 } }
    layer { name: "ip" type: "InnerProduct" bottom: "bn" top: "ip" param { lr_mult: 3 } }
"""


def trained(text: str, *, old_shapes: bool) -> Any:
    """The net with arrays in its layers that have some, of three values and up."""
    net = net_message(text)
    for layer in [*net.layers, *net.layer]:
        inner = layer.layer if hasattr(layer, "layer") and layer.HasField("layer") else layer
        if inner.name not in ("conv", "bn", "ip"):
            continue
        for i in range(3 if inner.name == "bn" else 2):
            blob = inner.blobs.add(data=np.linspace(-1, 1, 3 + i).tolist())
            if old_shapes:
                blob.num, blob.channels, blob.height, blob.width = 1, 1, 1, 3 + i
            else:
                blob.shape.dim.append(3 + i)
    return net


def write_net(tmp_path: Path, net: Any) -> Path:
    path = tmp_path / "old.caffemodel"
    path.write_bytes(net.SerializeToString())
    return path


@pytest.mark.parametrize(
    ("text", "old"),
    [
        (V0, ["V0 layers", "V1 layers", "input fields"]),
        (V1, ["transform fields of data layers", "V1 layers"]),
        (TODAY, ["input fields", "learning rates of BatchNorm's statistics"]),
    ],
    ids=["V0", "V1", "today"],
)
def test_trained_nets_are_as_protobuf_has_them(text: str, old: list[str], tmp_path: Path) -> None:
    net = trained(text, old_shapes=text != TODAY)
    source, target = write_net(tmp_path, net), tmp_path / "new.caffemodel"
    done = rewrite(source, target)
    assert (done.kind, list(done.old), done.notes) == ("trained net", old, ())
    result = NetParameter.FromString(target.read_bytes())
    assert result == upgrade(define(net, "net")).message
    assert sum(len(layer.blobs) for layer in result.layer) == (7 if text == TODAY else 4)
    again = tmp_path / "again.caffemodel"
    assert rewrite(target, again).old == ()
    assert again.read_bytes() == target.read_bytes()


def test_in_place(tmp_path: Path) -> None:
    path = write_net(tmp_path, trained(V1, old_shapes=True))
    rewrite_binary(path, path)
    assert [layer.type for layer in read_caffemodel(path)] == ["Data", "Convolution", "ReLU", "InnerProduct"]
    assert list(tmp_path.iterdir()) == [path]


def test_fields_of_forks_stay_as_they_are(tmp_path: Path) -> None:
    """Field 137 is one fork's upsample_param and Caffe's embed_param: its bytes need be no message of this schema."""
    layer = trained(TODAY, old_shapes=False).layer[1].SerializeToString()
    layer += bytes_head(137, 3) + b"\xff\xff\xff" + bytes_head(99_999, 2) + b"ab"
    source, target = tmp_path / "old.caffemodel", tmp_path / "new.caffemodel"
    source.write_bytes(
        bytes_head(1, 1) + b"n" + bytes_head(12_345, 3) + b"abc" + bytes_head(100, len(layer)) + layer
    )
    assert rewrite(source, target).old == ("learning rates of BatchNorm's statistics",)
    written = target.read_bytes()
    assert bytes_head(12_345, 3) + b"abc" in written
    assert bytes_head(137, 3) + b"\xff\xff\xff" + bytes_head(99_999, 2) + b"ab" in written
    assert len(read_caffemodel(target)[0].blobs) == 3


def test_old_layers_with_fields_that_nobody_knows(tmp_path: Path) -> None:
    layer = trained(V1, old_shapes=True).layers[1].SerializeToString()
    source, target = tmp_path / "old.caffemodel", tmp_path / "new.caffemodel"
    # 10 is convolution_param, a message
    odd = bytes_head(9_999, 2) + b"ab" + bytes_head(10, 2) + b"\xff\xff"
    source.write_bytes(bytes_head(2, len(layer + odd)) + layer + odd)
    (note,) = rewrite(source, target).notes
    assert 'layer "conv": V1LayerParameter\'s field 10, 9999 are not what this schema has there' in note
    assert "left out" in note
    result = NetParameter.FromString(target.read_bytes()).layer[0]
    assert (result.convolution_param.num_output, len(result.blobs)) == (3, 2)


WHOLE: bytes = trained(V1, old_shapes=True).SerializeToString()

BROKEN: dict[str, tuple[Callable[[], bytes], str]] = {
    "cut off": (lambda: WHOLE[:-20], "are left"),
    "HDF5": (lambda: b"\x89HDF\r\n\x1a\n" + bytes(20), "HDF5"),
    "both forms": (
        lambda: WHOLE + net_message('layer { name: "x" }').SerializeToString(),
        "4 `layers` of the old form and 1 `layer` of today's",
    ),
    "V1 type": (
        lambda: bytes_head(2, 4) + b"\x28\xff\xff\x03",
        "a layer of V1 type 65535: nothing here knows it",
    ),
    "V0 type": (
        lambda: net_message('layers { layer { name: "x" type: "noise" } }').SerializeToString(),
        'unknown V0 layer type "noise"',
    ),
    "dims": (
        lambda: net_message('input: "a" input_dim: 1 layer { name: "x" }').SerializeToString(),
        "need 4 `input_dim`",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_refused_writes_nothing(case: str, tmp_path: Path) -> None:
    data, what = BROKEN[case]
    source, target = tmp_path / "old.caffemodel", tmp_path / "new.caffemodel"
    source.write_bytes(data())
    target.write_bytes(b"as it was")
    with pytest.raises(PrototxtError, match=what):
        rewrite_binary(source, target)
    assert target.read_bytes() == b"as it was"
    assert len(list(tmp_path.iterdir())) == 2


def test_text_or_binary(tmp_path: Path) -> None:
    path = tmp_path / "net"
    for data, binary in [
        (b'name: "n"\r\n\tlayer {}\n', False),
        ("# größe\n".encode("latin-1"), False),
        ("name".encode("utf-16"), False),
        (trained(TODAY, old_shapes=False).SerializeToString(), True),
        (trained(V0, old_shapes=True).SerializeToString(), True),
    ]:
        path.write_bytes(data)
        assert is_binary(path) is binary
    assert not is_binary(tmp_path / "gone")
    assert not is_binary(tmp_path)


@pytest.mark.parametrize("text", [V0, V1, TODAY], ids=["V0", "V1", "today"])
def test_texts(text: str, tmp_path: Path) -> None:
    source, target = tmp_path / "old.prototxt", tmp_path / "new.prototxt"
    source.write_text(text)
    done = rewrite(source, target)
    assert done.kind == "net"
    assert done.old
    written = read_text(target)
    assert define_net(written, "new").message == define_net(text, "old").message
    assert "layers {" not in written
    assert "input:" not in written
    assert rewrite(target, source).old == ()
    assert source.read_text() == written


def test_solvers(tmp_path: Path) -> None:
    path = tmp_path / "solver.prototxt"
    path.write_text(
        'base_lr: 0.01 solver_type: NESTEROV net_param { layers { name: "r" type: RELU bottom: "a" top: "b" } }'
    )
    done = rewrite(path, path)
    assert (done.kind, done.old) == ("solver", ("solver_type", "V1 layers in net_param"))
    written = path.read_text()
    assert 'type: "Nesterov"' in written
    assert 'type: "ReLU"' in written
    assert "solver_type" not in written
    assert rewrite(path, path).old == ()


def test_unknown_fields(tmp_path: Path) -> None:
    source, target = tmp_path / "old.prototxt", tmp_path / "new.prototxt"
    source.write_text('layer { name: "a" type: "ReLU" top: "x" colour: 3 }')
    assert 'unknown field "colour"' in rewrite_text(source, target).notes[0]
    target.unlink()
    with pytest.raises(PrototxtError, match='unknown field "colour"'):
        rewrite_text(source, target, strict=True)
    assert not target.exists()


@pytest.mark.sweep
@needs_shared
def test_public_files_mean_what_they_meant(tmp_path: Path) -> None:
    """Every third public net that is of an older form."""
    old = [
        path
        for path in sorted((SHARED / "corpus").rglob("*.prototxt"))
        if b"layers" in (data := path.read_bytes()) or b"input_dim" in data
    ]
    assert len(old) > 30
    target = tmp_path / "new.prototxt"
    for path in old[::3]:
        try:
            want = define_net(read_text(path), str(path)).message
        except PrototxtError:
            continue
        rewrite(path, target)
        assert define_net(read_text(target), "new").message == want, path
        assert rewrite(target, target).old == (), path


@needs_shared
@pytest.mark.parametrize("model", ["lenet", "squeezenet", "res10_ssd_fp16"])
def test_trained_models_keep_every_bit(model: str, tmp_path: Path) -> None:
    (source,) = (SHARED / "models" / model).glob("*.caffemodel")
    target = tmp_path / "new.caffemodel"
    rewrite(source, target)
    had, has = ({layer.name: layer for layer in read_caffemodel(path)} for path in (source, target))
    assert set(had) <= set(has)
    for name, layer in had.items():
        for i, blob in layer.blobs.items():
            np.testing.assert_array_equal(blob.array(), has[name].blobs[i].array())
