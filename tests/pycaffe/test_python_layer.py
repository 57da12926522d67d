"""Layers that a script writes itself, on caffe.Layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt.caffe as caffe
from prototxt.errors import MissingLayerError
from support.pycaffe_nets import write_net

HERE = __name__


class TimesAndPlus(caffe.Layer):
    """y = param_str * x + blob."""

    def setup(self, bottom: Any, top: Any) -> None:
        self.factor = float(self.param_str)
        self.blobs.add_blob(1)
        self.blobs[0].data[0] = 0.5

    def reshape(self, bottom: Any, top: Any) -> None:
        top[0].reshape(*bottom[0].data.shape)

    def forward(self, bottom: Any, top: Any) -> None:
        top[0].data[...] = self.factor * bottom[0].data + self.blobs[0].data


class Phase(caffe.Layer):
    """The phase, as a number."""

    def setup(self, bottom: Any, top: Any) -> None:
        pass

    def reshape(self, bottom: Any, top: Any) -> None:
        top[0].reshape()

    def forward(self, bottom: Any, top: Any) -> None:
        top[0].data[()] = self.phase


class Angry(caffe.Layer):
    """Raises."""

    def setup(self, bottom: Any, top: Any) -> None:
        raise ValueError("not with me")


class Counts(caffe.Layer):
    """Counts its batches; the tops get their shapes once."""

    def setup(self, bottom: Any, top: Any) -> None:
        self.batches = 0
        top[0].reshape(3, 2)
        top[1].reshape(3)

    def reshape(self, bottom: Any, top: Any) -> None:
        pass

    def forward(self, bottom: Any, top: Any) -> None:
        top[0].data[...] = self.batches
        top[1].data[...] = -self.batches
        self.batches += 1


class GrowsInReshape(caffe.Layer):
    """Ones, a row more at every forward, as layers that load an image in `reshape`."""

    def setup(self, bottom: Any, top: Any) -> None:
        self.rows = 2

    def reshape(self, bottom: Any, top: Any) -> None:
        top[0].reshape(self.rows, 2)

    def forward(self, bottom: Any, top: Any) -> None:
        top[0].data[...] = self.rows
        self.rows += 1


class GrowsInForward(caffe.Layer):
    """The same, as layers that make regions."""

    def setup(self, bottom: Any, top: Any) -> None:
        self.rows = 1
        top[0].reshape(1, 2)

    def reshape(self, bottom: Any, top: Any) -> None:
        pass

    def forward(self, bottom: Any, top: Any) -> None:
        self.rows += 1
        top[0].reshape(self.rows, 2)
        top[0].data[...] = self.rows


class NoLayer:
    """Of another base."""


def text(layer: str, module: str = HERE, param_str: str = "10") -> str:
    return f"""
layer {{ name: "data" type: "Input" top: "data" input_param {{ shape {{ dim: 2 dim: 3 dim: 5 }} }} }}
layer {{ name: "one" type: "Python" bottom: "data" top: "one"
  python_param {{ module: "{module}" layer: "{layer}" param_str: "{param_str}" }} }}
layer {{ name: "two" type: "Python" bottom: "one" top: "two"
  python_param {{ module: "{module}" layer: "{layer}" param_str: "{param_str}" }} }}
"""


def source(layer: str, tops: int = 1) -> str:
    named = " ".join(f'top: "{name}"' for name in ("data", "label")[:tops])
    return f"""
layer {{ name: "source" type: "Python" {named} python_param {{ module: "{HERE}" layer: "{layer}" }} }}
layer {{ name: "sum" type: "InnerProduct" bottom: "data" top: "sum"
  inner_product_param {{ num_output: 1 weight_filler {{ type: "constant" value: 1 }} }} }}
"""


def test_layers_of_the_script_run(tmp_path: Path) -> None:
    net = caffe.Net(write_net(tmp_path, text("TimesAndPlus")), caffe.TEST)
    data = np.arange(30).reshape(2, 3, 5)
    net.params["two"][0].data[0] = -1
    assert net.forward(data=data)["two"].shape == (2, 3, 5)
    np.testing.assert_allclose(net.blobs["two"].data, 10 * (10 * data + 0.5) - 1)


def test_reshape_reaches_them(tmp_path: Path) -> None:
    net = caffe.Net(write_net(tmp_path, text("TimesAndPlus")), caffe.TEST)
    net.blobs["data"].reshape(4, 7)
    net.reshape()
    assert net.blobs["two"].shape == (4, 7)
    assert net.forward(data=np.ones((4, 7)))["two"][3, 6] == pytest.approx(10 * 10.5 + 0.5)


@pytest.mark.parametrize("phase", [caffe.TRAIN, caffe.TEST])
def test_they_know_the_phase(tmp_path: Path, phase: int) -> None:
    net = caffe.Net(write_net(tmp_path, text("Phase")), phase)
    assert net.forward()["two"] == phase


def test_an_exception_is_the_layers_own_and_names_it(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not with me") as caught:
        caffe.Net(write_net(tmp_path, text("Angry")), caffe.TEST)
    assert caught.value.args == ("not with me",)
    (note,) = caught.value.__notes__
    assert 'net.prototxt:4:3: layer "one" (Python)' in note


def test_tops_keep_the_shape_that_setup_gave_them(tmp_path: Path) -> None:
    net = caffe.Net(write_net(tmp_path, source("Counts", tops=2)), caffe.TEST)
    assert [net.forward()["sum"][0, 0] for _ in range(3)] == [0, 2, 4]
    assert list(net.blobs["label"].data) == [-2, -2, -2]


@pytest.mark.parametrize("layer", ["GrowsInReshape", "GrowsInForward"])
def test_every_forward_may_have_another_shape(tmp_path: Path, layer: str) -> None:
    net = caffe.Net(write_net(tmp_path, source(layer)), caffe.TEST)
    for rows in (2, 3, 4):
        assert net.forward()["sum"].tolist() == [[2 * rows]] * rows
        assert net.blobs["data"].data.shape == (rows, 2)
        assert tuple(net.blobs["sum"].shape) == (rows, 1)


@pytest.mark.parametrize("layer", ["GrowsInReshape", "GrowsInForward"])
def test_layer_by_layer_too(tmp_path: Path, layer: str) -> None:
    net = caffe.Net(write_net(tmp_path, source(layer)), caffe.TEST)
    net.forward(end="source")
    assert net.forward(start="sum")["sum"].tolist() == [[4], [4]]
    net.after_forward(print)
    assert net.forward()["sum"].tolist() == [[6]] * 3
    assert net.forward()["sum"].tolist() == [[8]] * 4


def test_the_nets_layer_is_the_scripts_object(tmp_path: Path) -> None:
    net = caffe.Net(write_net(tmp_path, source("Counts", tops=2)), caffe.TEST)
    layer = net.layers[0]
    assert isinstance(layer, Counts)
    net.forward()
    assert layer.batches == 1
    layer.batches = 7
    assert net.forward()["sum"][0, 0] == 14


def test_the_object_goes_on_at_another_input_shape(tmp_path: Path) -> None:
    net = caffe.Net(write_net(tmp_path, text("TimesAndPlus")), caffe.TEST)
    layer = net.layers[1]
    assert isinstance(layer, TimesAndPlus)
    layer.blobs[0].data[0] = 2
    net.blobs["data"].reshape(4, 4)
    net.blobs["data"].data[...] = 1
    layer.factor = 3
    assert (net.forward()["two"] == 10 * 5 + 0.5).all()
    assert net.layers[1] is layer
    assert layer.blobs[0].data[0] == net.params["one"][0].data[0] == 2


def test_shapes_follow_where_nothing_is_written(tmp_path: Path) -> None:
    net = caffe.Net(write_net(tmp_path, text("TimesAndPlus")), caffe.TEST)
    net.blobs["data"].reshape(4, 4, 4)
    net.forward()
    assert [blob.data.shape for blob in net.blobs.values()] == [(4, 4, 4)] * 3


@pytest.mark.parametrize(
    "module", ["prototxt_stranger.spatial_dropout", ".spatial_dropout", "__main__.spatial_dropout"]
)
def test_a_well_known_name_imports_nothing_beside_layers_of_the_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    (tmp_path / "prototxt_stranger").mkdir()
    (tmp_path / "prototxt_stranger" / "__init__.py").write_text("raise SystemExit('this has run')")
    monkeypatch.syspath_prepend(tmp_path)
    more = f"""layer {{ name: "it" type: "Python" bottom: "one" top: "it"
      python_param {{ module: "{module}" layer: "SpatialDropoutLayer"
        param_str: "{{'phase': 'TEST', 'p': '0.1'}}" }} }}"""
    with pytest.raises(MissingLayerError, match="import its module in your script"):
        caffe.Net(write_net(tmp_path, text("TimesAndPlus") + more), caffe.TEST)


def test_a_well_known_layer_needs_no_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    net = """
    layer { name: "in" type: "Input" top: "p" top: "d" top: "i" input_param {
      shape { dim: 1 dim: 18 dim: 4 dim: 5 } shape { dim: 1 dim: 36 dim: 4 dim: 5 } shape { dim: 1 dim: 3 } } }
    layer { name: "rois" type: "Python" bottom: "p" bottom: "d" bottom: "i" top: "rois" python_param {
      module: "rpn.proposal_layer" layer: "ProposalLayer" param_str: "'feat_stride': 16" } }"""
    for allowed in ("", "1"):
        monkeypatch.setenv("PROTOTXT_ALLOW_PYTHON_LAYERS", allowed)
        opened = caffe.Net(write_net(tmp_path, net), caffe.TEST)
        opened.blobs["i"].data[...] = 64, 80, 1
        assert opened.forward()["rois"].shape[1] == 5


@pytest.mark.parametrize("module", ["not_imported", "prototxt_stranger"])
def test_modules_that_only_the_net_names_are_not_imported(
    tmp_path: Path, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "prototxt_stranger.py").write_text("raise SystemExit('this has run')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(MissingLayerError, match="import its module in your script"):
        caffe.Net(write_net(tmp_path, text("Anything", module)), caffe.TEST)


@pytest.mark.parametrize(("module", "name"), [("os", "abort"), ("sys", "exit"), (HERE, "NoLayer")])
def test_only_layers_are_created(tmp_path: Path, module: str, name: str) -> None:
    with pytest.raises(MissingLayerError, match=f"{module}.*"):
        caffe.Net(write_net(tmp_path, text(name, module)), caffe.TEST)


def test_the_user_may_allow_a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "prototxt_friend.py").write_text(
        "import prototxt.caffe as caffe\n"
        "class Twice(caffe.Layer):\n"
        "    def setup(self, bottom, top): pass\n"
        "    def reshape(self, bottom, top): top[0].reshape(*bottom[0].shape)\n"
        "    def forward(self, bottom, top): top[0].data[...] = 2 * bottom[0].data\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PROTOTXT_ALLOW_PYTHON_LAYERS", "1")
    net = caffe.Net(write_net(tmp_path, text("Twice", "prototxt_friend")), caffe.TEST)
    assert (net.forward(data=np.ones((2, 3, 5)))["two"] == 4).all()
