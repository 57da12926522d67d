"""Weights in another shape: groups are named, and `reshape_weights` takes what holds the same numbers."""

from __future__ import annotations

import random
from math import prod
from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Array, Shape
from prototxt.errors import WeightsError
from prototxt.formats.npz import write_npz
from prototxt.weights.match import same_numbers
from support.commands import invoke


def conv(group: int, outputs: int = 8) -> str:
    return f"""
    input: "x" input_shape {{ dim: 1 dim: 12 dim: 5 dim: 7 }}
    layer {{ name: "c" type: "Convolution" bottom: "x" top: "c" convolution_param {{
      num_output: {outputs} kernel_h: 3 kernel_w: 2 group: {group} bias_term: false }} }}"""


def store(path: Path, **arrays: Array) -> Path:
    with path.open("wb") as file:
        write_npz(file, [(name.replace("__", "/"), array) for name, array in arrays.items()])
    return path


@pytest.mark.parametrize(("here", "there"), [(1, 2), (2, 1), (4, 2), (1, 4), (2, 4)])
def test_a_group_is_named_and_the_hint_works(tmp_path: Path, here: int, there: int) -> None:
    prototxt.parse_net(conv(there)).save(path := tmp_path / "w.caffemodel")
    with pytest.raises(WeightsError) as caught:
        prototxt.parse_net(conv(here), path)
    assert f"weights of group: {there}, and the net's layer has group: {here}" in caught.value.what
    assert caught.value.hint == f"write group: {there} in the layer's convolution_param"
    assert prototxt.parse_net(conv(there), path).loaded is not None


def test_other_channels_are_no_group(tmp_path: Path) -> None:
    path = store(tmp_path / "w.npz", c__0=np.zeros((8, 5, 3, 2), np.float32))
    with pytest.raises(WeightsError) as caught:
        prototxt.parse_net(conv(1), path)
    assert "group" not in str(caught.value)
    assert "rename the layer" in str(caught.value)


FC = """
input: "x" input_shape { dim: 1 dim: 3 dim: 2 dim: 4 }
layer { name: "f" type: "InnerProduct" bottom: "x" top: "y" inner_product_param { num_output: 5 } }
"""
AS_CONV = """
input: "x" input_shape { dim: 1 dim: 3 dim: 2 dim: 4 }
layer { name: "f" type: "Convolution" bottom: "x" top: "y" convolution_param {
  num_output: 5 kernel_h: 2 kernel_w: 4 } }
"""


@pytest.mark.parametrize(("of", "to"), [(FC, AS_CONV), (AS_CONV, FC)])
@pytest.mark.parametrize("suffix", ["caffemodel", "npz"])
def test_fully_connected_and_convolution(tmp_path: Path, of: str, to: str, suffix: str) -> None:
    rng = np.random.default_rng(0)
    net, x = prototxt.parse_net(of), rng.standard_normal((1, 3, 2, 4)).astype(np.float32)
    for parameter in net.params["f"]:
        parameter.data[...] = rng.standard_normal(parameter.shape)
    net.save(path := tmp_path / f"w.{suffix}")
    with pytest.raises(WeightsError, match=r"--reshape-weights \(in Python reshape_weights=True\)"):
        prototxt.parse_net(to, path)
    other = prototxt.parse_net(to, path, reshape_weights=True)
    wanted = (
        np.einsum("oc,c->o", net.params["f"][0].data.reshape(5, 24), x.reshape(24)) + net.params["f"][1].data
    )
    np.testing.assert_allclose(other.forward(x=x)["y"].reshape(5), wanted, rtol=1e-5)
    assert other.params["f"][0].data.shape == other.params["f"][0].shape
    late = prototxt.parse_net(to, reshape_weights=True)
    late.load(path)
    np.testing.assert_allclose(late.forward(x=x)["y"].reshape(5), wanted, rtol=1e-5)


def test_axes_of_one_drawn_at_random(tmp_path: Path) -> None:
    rng = random.Random(0)
    for _ in range(20):
        shape = [5, 24]
        for _ in range(rng.randint(1, 3)):
            shape.insert(rng.randint(0, len(shape)), 1)
        values = np.arange(120, dtype=np.float32).reshape(shape)
        path = store(tmp_path / "w.npz", f__0=values, f__1=np.arange(5, dtype=np.float32).reshape(1, 5))
        with pytest.raises(WeightsError, match="--reshape-weights"):
            prototxt.parse_net(FC, path)
        net = prototxt.parse_net(FC, path, reshape_weights=True)
        np.testing.assert_array_equal(net.params["f"][0].data, values.reshape(5, 24))


@pytest.mark.parametrize(
    ("stored", "needed", "same"),
    [
        ((5, 24), (5, 3, 2, 4), True),
        ((1, 1, 5, 24), (5, 3, 2, 4), True),
        ((24, 5), (5, 3, 2, 4), False),  # a transposed matrix
        ((5, 3, 2, 4), (5, 3, 4, 2), False),  # kernels turned
        ((5, 3, 8), (5, 3, 2, 4), False),
        ((5, 6, 4), (5, 24), True),
        ((5, 24), (24, 5), False),
        ((1,), (), True),
        ((5, 24), (5, 25), False),
        ((3, 40), (5, 24), False),
    ],
)
def test_same_numbers(stored: Shape, needed: Shape, same: bool) -> None:
    assert same_numbers(stored, needed) is same
    assert not same or prod(stored) == prod(needed)


def test_the_option_of_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from prototxt.cli.explain.command import main as explain
    from prototxt.cli.report import main as report
    from prototxt.cli.run.command import main as run
    from prototxt.cli.time import main as time

    monkeypatch.chdir(tmp_path)
    prototxt.parse_net(FC).save("w.caffemodel")
    Path("net.prototxt").write_text(AS_CONV)
    for command, *arguments in (
        (run, "net.prototxt", "--plan"),
        (report, "net.prototxt"),
        (explain, "net.prototxt", "f", "--at", "0,1,0,0"),
        (time, "--model", "net.prototxt", "--iterations", "1"),
    ):
        refused = invoke(command, *arguments, "--weights", "w.caffemodel")
        assert refused.code == 1
        assert "--reshape-weights" in refused.err
        assert invoke(command, *arguments, "--weights", "w.caffemodel", "--reshape-weights").code == 0


def test_the_option_of_the_commands_of_caffe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Caffe's own tools name the weights otherwise; the option is the same."""
    from prototxt.cli.classify import main as classify
    from prototxt.cli.extract_features import main as extract

    monkeypatch.chdir(tmp_path)
    prototxt.parse_net(FC).save("w.caffemodel")
    Path("net.prototxt").write_text(AS_CONV)
    inputs, _, layers = AS_CONV.strip().partition("\n")
    data = 'layer { name: "x" type: "DummyData" top: "x" dummy_data_param { %s } }\n'
    Path("data.prototxt").write_text(data % inputs.partition(" input_")[2] + layers)
    np.save("images.npy", np.ones((2, 2, 4, 3), np.float32))
    for command, *arguments in (
        (
            classify, "images.npy", "--model_def", "net.prototxt", "--pretrained_model", "w.caffemodel",
            "--mean_file", "", "--center_only", "--images_dim", "2,4",
        ),
        (extract, "w.caffemodel", "data.prototxt", "y", "out", "1", "npz"),
    ):  # fmt: skip
        refused = invoke(command, *arguments)
        assert refused.code == 1
        assert "--reshape-weights" in refused.err
        assert invoke(command, *arguments, "--reshape-weights").code == 0
