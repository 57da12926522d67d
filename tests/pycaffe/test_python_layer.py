"""Layers that a script writes itself, on caffe.Layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt.caffe as caffe
from prototxt.errors import LayerError, MissingLayerError
from pycaffe_nets import write_net

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


class Proposals(caffe.Layer):
    """As many rows as its input says; the tops have their shapes from `setup`, as in py-faster-rcnn."""

    def setup(self, bottom: Any, top: Any) -> None:
        top[0].reshape(1, 5)

    def reshape(self, bottom: Any, top: Any) -> None:
        pass

    def forward(self, bottom: Any, top: Any) -> None:
        rows = int(bottom[0].data.max())
        top[0].reshape(rows, 5)
        top[0].data[...] = rows


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


def test_an_exception_names_the_layer(tmp_path: Path) -> None:
    with pytest.raises(LayerError, match=r'net.prototxt:4:.*"one".*ValueError: not with me'):
        caffe.Net(write_net(tmp_path, text("Angry")), caffe.TEST)


@pytest.mark.parametrize("module", ["not_imported", "prototxt_stranger"])
def test_modules_that_only_the_net_names_are_not_imported(
    tmp_path: Path, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "prototxt_stranger.py").write_text("raise SystemExit('this has run')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(MissingLayerError, match="import its module in your script"):
        caffe.Net(write_net(tmp_path, text("Anything", module)), caffe.TEST)


@pytest.mark.parametrize(("module", "name"), [("os", "abort"), ("sys", "exit"), (HERE, "NoLayer")])
def test_nothing_but_a_layer_is_made(tmp_path: Path, module: str, name: str) -> None:
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


def test_what_forward_makes_may_have_another_shape_every_time(tmp_path: Path) -> None:
    reader = """layer { name: "ip" type: "InnerProduct" bottom: "one" top: "ip"
        inner_product_param { num_output: 2 weight_filler { type: "constant" value: 1 } } }"""
    net = caffe.Net(write_net(tmp_path, text("Proposals") + reader), caffe.TEST)
    for rows in (1, 7, 3):
        answer = net.forward(data=np.full((2, 3, 5), rows))
        np.testing.assert_array_equal(answer["ip"], np.full((rows, 2), 5 * rows))
        assert net.blobs["one"].data.shape == (rows, 5)
