"""A plan with its memory: weights that change, blobs that somebody holds, batches that come and go."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from support.helpers import noise

NET = """
layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 9 dim: 8 } } }
layer { name: "c" type: "Convolution" bottom: "x" top: "c"
        convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "bn" type: "BatchNorm" bottom: "c" top: "c" }
layer { name: "s" type: "Scale" bottom: "c" top: "c" scale_param { bias_term: true } }
layer { name: "pr" type: "PReLU" bottom: "c" top: "c" }
layer { name: "ip" type: "InnerProduct" bottom: "c" top: "y"
        inner_product_param { num_output: 5 weight_filler { type: "xavier" } } }
"""
X = noise(2, 3, 9, 8)


def pair() -> tuple[prototxt.Net, prototxt.Net]:
    nets = prototxt.parse_net(NET), prototxt.parse_net(NET, engine="reference")
    for net in nets:
        for i, param in enumerate(net.params["bn"]):
            param.data[...] = 0.5 + noise(*param.shape, seed=i) ** 2
    return nets


PARAMS = [("c", 0), ("c", 1), ("bn", 1), ("s", 0), ("s", 1), ("pr", 0), ("ip", 0), ("ip", 1)]


@pytest.mark.parametrize(("layer", "slot"), PARAMS)
@pytest.mark.parametrize("held", [True, False], ids=["held before the first forward", "asked for later"])
def test_a_write_into_a_parameter_counts(layer: str, slot: int, held: bool) -> None:
    fast, truth = pair()
    mine = fast.params[layer][slot].data if held else None
    fast.forward(x=X)
    if mine is None:
        mine = fast.params[layer][slot].data
    for step in range(3):
        mine[...] *= -1.5
        truth.params[layer][slot].data[...] = mine
        want = truth.forward(x=X)["y"]
        np.testing.assert_allclose(fast.forward(x=X)["y"], want, 1e-4, 1e-4, err_msg=f"write {step}")
    clone = fast.clone()
    np.testing.assert_allclose(clone.forward(x=X)["y"], want, 1e-4, 1e-4)


def test_blobs_that_somebody_holds_stay_what_they_were() -> None:
    net, _ = pair()
    held = []
    for i in range(4):
        net.forward(x=X + i)
        held.append((net.blobs["c"].data, net.blobs["c"].data.copy()))
    for values, then in held:
        np.testing.assert_array_equal(values, then)
    assert not np.array_equal(held[0][0], held[1][0])


def test_memory_is_used_again_when_nobody_holds_it() -> None:
    net, _ = pair()
    net.forward(x=X)
    first = net.blobs["c"].data.__array_interface__["data"]
    for _ in range(3):
        net.forward(x=X)
    assert net.blobs["c"].data.__array_interface__["data"] == first


def test_watching_changes_neither_numbers_nor_memory() -> None:
    net, _ = pair()
    want = net.forward(x=X)["y"]
    first = net.blobs["c"].data.__array_interface__["data"]
    timer = prototxt.Timer()
    for _ in range(3):
        np.testing.assert_array_equal(net.forward(x=X, watchers=[timer])["y"], want)
    assert net.blobs["c"].data.__array_interface__["data"] == first
    assert timer.forwards == 3


def test_batches_that_come_back_are_planned_once() -> None:
    net, truth = pair()
    sessions = set()
    for images in (2, 5, 2, 1, 5, 2):
        x = noise(images, 3, 9, 8, seed=images)
        got, want = net.forward(x=x)["y"], truth.forward(x=x)["y"]
        assert got.shape == (images, 5)
        np.testing.assert_allclose(got, want, 1e-4, 1e-4)
        sessions.add(id(net.session()))
    assert len(sessions) == 3


def test_an_input_is_written_where_it_is_read() -> None:
    net, truth = pair()
    net.forward(x=np.zeros_like(X))
    net.blobs["x"].data[...] = X
    np.testing.assert_allclose(net.forward()["y"], truth.forward(x=X)["y"], 1e-4, 1e-4)


PIECES = """
layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 3 dim: 4 dim: 10 dim: 6 } } }
layer { name: "left" type: "Convolution" bottom: "x" top: "left"
        convolution_param { num_output: 4 kernel_size: 3 pad: 1 weight_filler { type: "xavier" } } }
layer { name: "right" type: "Convolution" bottom: "x" top: "right"
        convolution_param { num_output: 4 kernel_size: 1 weight_filler { type: "xavier" } } }
layer { name: "joined" type: "Concat" bottom: "left" bottom: "right" top: "joined" concat_param { axis: AXIS } }
layer { name: "again" type: "Convolution" bottom: "left" top: "again"
        convolution_param { num_output: 5 kernel_size: 1 weight_filler { type: "xavier" } } }
layer { name: "cut" type: "Slice" bottom: "joined" top: "a" top: "b" slice_param { axis: AXIS } }
layer { name: "one" type: "Convolution" bottom: "a" top: "one"
        convolution_param { num_output: 3 kernel_size: 1 weight_filler { type: "xavier" } } }
layer { name: "mean" type: "Pooling" bottom: "b" top: "mean" pooling_param { pool: AVE global_pooling: true } }
layer { name: "same" type: "Split" bottom: "mean" top: "m1" top: "m2" }
layer { name: "flat" type: "Flatten" bottom: "m1" top: "flat" }
layer { name: "pair" type: "Concat" bottom: "mean" bottom: "mean" top: "pair" }
layer { name: "two" type: "Concat" bottom: "m2" bottom: "mean" top: "two" }
layer { name: "ip" type: "InnerProduct" bottom: "flat" top: "y"
        inner_product_param { num_output: 7 weight_filler { type: "xavier" } } }
"""


@pytest.mark.parametrize("axis", [0, 1, 2, 3])
@pytest.mark.parametrize("keep", ["all", "outputs"])
def test_parts_of_blobs_along_every_axis(axis: int, keep: str) -> None:
    text = PIECES.replace("AXIS", str(axis))
    fast, truth = prototxt.parse_net(text, keep=keep), prototxt.parse_net(text, engine="reference")
    for seed in range(3):
        x = noise(3, 4, 10, 6, seed=seed)
        got, want = fast.forward(x=x), truth.forward(x=x)
        assert got.keys() == want.keys()
        for name, values in want.items():
            np.testing.assert_allclose(got[name], values, 1e-4, 1e-5, err_msg=name)
