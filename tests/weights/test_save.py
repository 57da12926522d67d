"""Saving: what Caffe would write, byte for byte, and every form read back without a bit lost."""

from __future__ import annotations

import sys
import tracemalloc
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.errors import InputError, PrototxtError, WeightsError
from prototxt.net import Net
from prototxt.schema.caffe_pb2 import NetParameter
from support.case_index import cases_with
from support.extras import needs, param_with
from support.golden import SHARED, Case, needs_shared

HAS_H5PY = find_spec("h5py") is not None
SUFFIXES = (".caffemodel", *(param_with("h5py", hdf5) for hdf5 in (".h5", ".hdf5", ".caffemodel.h5")), ".npz")
FORMS = (".caffemodel", param_with("h5py", ".h5"), ".npz")

TEXT = """
name: "many"
force_backward: true
layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 5 dim: 7 } } }
layer { name: "train only" type: "ReLU" bottom: "x" top: "x" include { phase: TRAIN } }
layer { name: "inception/3x3" type: "Convolution" bottom: "x" top: "c" param { name: "w" lr_mult: 2 } param { }
  convolution_param { num_output: 3 kernel_size: 3 pad: 1 weight_filler { type: "xavier" } } }
layer { name: "inception" type: "Convolution" bottom: "c" top: "d" param { name: "w" }
  convolution_param { num_output: 3 kernel_size: 3 pad: 1 weight_filler { type: "gaussian" std: 2 } } }
layer { name: "bn" type: "BatchNorm" bottom: "d" top: "d" include { phase: TEST } }
layer { name: "alone" type: "Parameter" top: "p" }
layer { name: "silence" type: "Silence" bottom: "p" }
layer { name: "ip" type: "InnerProduct" bottom: "d" top: "y"
  inner_product_param { num_output: 4 weight_filler { type: "uniform" min: -1 } bias_filler { value: 0.1 } } }
"""


def same(first: Net, second: Net) -> None:
    """Every parameter has the same bits."""
    assert first.params.keys() == second.params.keys()
    for name, params in first.params.items():
        for mine, theirs in zip(params, second.params[name], strict=True):
            assert mine.shape == theirs.shape
            assert mine.data.tobytes() == theirs.data.tobytes()


def round_trip(net: Net, path: Path, **options: Any) -> Net:
    net.save(path)
    again = prototxt.load_net(net.graph.file, path, seed=net.seed + 1, **options)
    assert again.loaded is not None
    assert (again.loaded.missing, again.loaded.unused) == ((), ())
    same(net, again)
    return again


def many(tmp_path: Path, text: str = TEXT, **options: Any) -> Net:
    (tmp_path / "many.prototxt").write_text(text)
    return prototxt.load_net(tmp_path / "many.prototxt", **options)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_form_comes_back(tmp_path: Path, suffix: str) -> None:
    net = many(tmp_path)
    odd = net.params["ip"][1].data
    odd[...] = [np.nan, -np.inf, -0.0, 1e-42]
    net.params["alone"][0].data[...] = 7
    again = round_trip(net, tmp_path / f"w{suffix.upper()}")
    assert np.shares_memory(again.params["inception"][0].data, again.params["inception/3x3"][0].data)
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".prototxt"] == [f"w{suffix.upper()}"]


@pytest.mark.parametrize("phase", ["TRAIN", "TEST"])
def test_a_caffemodel_is_what_protobuf_would_write(tmp_path: Path, phase: str) -> None:
    net = many(tmp_path, phase=phase, inputs={"x": (1, 3, 5, 7)})
    net.save(tmp_path / "w.caffemodel")
    content = (tmp_path / "w.caffemodel").read_bytes()
    stored = NetParameter.FromString(content)
    assert stored.SerializeToString() == content
    assert [(layer.name, layer.type) for layer in stored.layer] == [(n.name, n.type) for n in net.layers]
    conv = stored.layer[2 if phase == "TRAIN" else 1]
    assert (conv.name, conv.param[0].lr_mult, conv.convolution_param.pad[0]) == ("inception/3x3", 2, 1)
    assert list(stored.layer[0].input_param.shape[0].dim) == [1, 3, 5, 7]
    for layer in stored.layer:
        params = net.params.get(layer.name, [])
        assert len(layer.blobs) == len(params)
        for blob, param in zip(layer.blobs, params, strict=True):
            assert tuple(blob.shape.dim) == param.shape
            np.testing.assert_array_equal(np.array(blob.data, np.float32), param.data.ravel())
            assert {field.name for field, _ in blob.ListFields()} <= {"shape", "data"}


def test_a_definition_without_weights_is_kept_to_the_last_field(tmp_path: Path) -> None:
    """Fields below and above the blobs' number 7, those of forks too; the net's own other fields are not saved."""
    text = TEXT.replace("lr_mult: 2", "lr_mult: 2 decay_mult: 0").replace(
        'top: "y"', 'top: "y" loss_weight: 0'
    )
    net = many(tmp_path, text)
    net.save(tmp_path / "w.caffemodel")
    stored = NetParameter.FromString((tmp_path / "w.caffemodel").read_bytes())
    for layer in stored.layer:
        del layer.blobs[:]
    wanted = NetParameter(name="many")
    wanted.layer.extend(layer for layer in net._definition.message.layer if layer.name != "train only")
    assert stored == wanted


def test_old_nets_are_saved_in_todays_form(tmp_path: Path) -> None:
    text = """
      input: "x" input_dim: 2 input_dim: 3 input_dim: 5 input_dim: 7
      layers { name: "c" type: CONVOLUTION bottom: "x" top: "y" blobs_lr: 3
        convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
    """
    net = many(tmp_path, text)
    round_trip(net, tmp_path / "w.caffemodel")
    stored = NetParameter.FromString((tmp_path / "w.caffemodel").read_bytes())
    assert [layer.type for layer in stored.layer] == ["Input", "Convolution"]
    assert stored.layer[1].param[0].lr_mult == 3


def test_a_number_without_axes(tmp_path: Path) -> None:
    """It has no shape in a BlobProto, as in Caffe."""
    many(tmp_path).save(tmp_path / "w.caffemodel")
    stored = NetParameter.FromString((tmp_path / "w.caffemodel").read_bytes())
    (alone,) = (layer for layer in stored.layer if layer.name == "alone")
    assert not alone.blobs[0].HasField("shape")
    assert list(alone.blobs[0].data) == [0]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_may_be_replaced_by_the_net_that_was_loaded_from_it(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"w{suffix}"
    before = many(tmp_path, seed=5)
    before.save(path)
    net = many(tmp_path, weights=path)
    net.params["ip"][1].data[...] = 9
    net.save(path)
    before.params["ip"][1].data[...] = 9
    same(many(tmp_path, weights=path), before)
    same(net, before)


def test_hdf5_holds_what_layers_share_once(tmp_path: Path) -> None:
    h5py: Any = needs("h5py")
    many(tmp_path).save(tmp_path / "w.h5")
    with h5py.File(tmp_path / "w.h5") as file:
        assert sorted(file["data/inception"]) == ["1", "3x3"]
        assert sorted(file["data/inception/3x3"]) == ["0", "1"]
        assert file["data/inception/3x3/0"].dtype == "<f4"
        assert file["data/alone/0"].shape == ()


def test_no_array_is_in_memory_twice(tmp_path: Path) -> None:
    text = TEXT.replace("num_output: 4", "num_output: 9000")
    net = many(tmp_path, text)
    size = net.params["ip"][0].data.nbytes
    assert size > 3_000_000
    net.save(tmp_path / "warm.caffemodel")
    tracemalloc.start()
    try:
        net.save(tmp_path / "w.caffemodel")
        assert tracemalloc.get_traced_memory()[1] < size // 4
    finally:
        tracemalloc.stop()
    same(net, many(tmp_path, text, weights=tmp_path / "w.caffemodel"))


def test_another_suffix(tmp_path: Path) -> None:
    for name in ("w.pth", "w", ".npz", "w.caffemodel.gz"):
        with pytest.raises(InputError, match=r"saved as \.caffemodel, \.h5 \(or \.hdf5\) or \.npz"):
            many(tmp_path).save(tmp_path / name)
        assert not (tmp_path / name).exists()


def refused(net: Net, path: Path) -> str:
    with pytest.raises(PrototxtError) as caught:
        net.save(path)
    assert not [p for p in path.parent.iterdir() if p.suffix != ".prototxt"]
    return str(caught.value)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_name_that_two_layers_have(tmp_path: Path, suffix: str) -> None:
    net = many(tmp_path, TEXT.replace('name: "inception"', 'name: "ip"'))
    assert "two layers of this name have parameters" in refused(net, tmp_path / f"w{suffix}")


@pytest.mark.parametrize(("first", "second"), [("a", "a/0"), ("a/0", "a"), ("a", "a/0/b")])
def test_names_that_collide_as_paths(tmp_path: Path, first: str, second: str) -> None:
    needs("h5py")
    text = TEXT.replace('"inception"', f'"{first}"').replace('"ip"', f'"{second}"')
    text = refused(many(tmp_path, text.replace('param { name: "w" }', "")), tmp_path / "w.h5")
    assert f'layer "{second}": cannot be written as HDF5: another layer has /data/' in text
    assert "save it as .caffemodel or .npz" in text


NO_PATHS = ["", ".", "a/./b", "a//b", "/a", "a/", "a\\000b"]


@pytest.mark.parametrize("name", NO_PATHS)
def test_names_that_are_no_paths_in_hdf5(tmp_path: Path, name: str) -> None:
    needs("h5py")
    net = many(tmp_path, TEXT.replace('name: "ip"', f'name: "{name}"'))
    assert "its name is no path in an HDF5 file" in refused(net, tmp_path / "w.h5")


@pytest.mark.parametrize("name", NO_PATHS)
def test_names_that_are_no_paths_in_other_forms(tmp_path: Path, name: str) -> None:
    net = many(tmp_path, TEXT.replace('name: "ip"', f'name: "{name}"'))
    if "000" in name:
        assert "has a NUL in it" in refused(net, tmp_path / "w.npz")
    elif name:
        round_trip(net, tmp_path / "w.npz")
    round_trip(net, tmp_path / "w.caffemodel")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_places_that_cannot_be_written(tmp_path: Path, suffix: str) -> None:
    net = many(tmp_path)
    with pytest.raises(PrototxtError, match="cannot be written: no such file or directory"):
        net.save(tmp_path / "nowhere" / f"w{suffix}")


def test_hdf5_without_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    net = many(tmp_path)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(WeightsError, match="need the Python library h5py"):
        net.save(tmp_path / "w.h5")
    assert [path.name for path in tmp_path.iterdir()] == ["many.prototxt"]


@pytest.mark.sweep
@pytest.mark.parametrize("case", cases_with("params"), ids=str)
def test_the_parameters_of_every_case_come_back(tmp_path: Path, case: Case) -> None:
    stored = case.arrays()
    net = case.net(stored)
    for suffix in (".caffemodel", ".npz", *((".h5",) if HAS_H5PY else ())):
        net.save(tmp_path / f"w{suffix}")
        text = case.path.with_suffix(".prototxt").read_text()
        same(net, prototxt.parse_net(text, tmp_path / f"w{suffix}", phase=str(stored["phase"])))


@needs_shared
@pytest.mark.parametrize("suffix", FORMS)
@pytest.mark.parametrize("model", ["lenet", "squeezenet", "mtcnn_det3"])
def test_trained_models_come_back(tmp_path: Path, model: str, suffix: str) -> None:
    folder = SHARED / "models" / model
    net = prototxt.load_net(folder / "deploy.prototxt", *folder.glob("*.caffemodel"))
    round_trip(net, tmp_path / f"w{suffix}")
