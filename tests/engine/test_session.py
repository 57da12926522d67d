"""A plan with its memory: weights that change, blobs that somebody holds, batches that come and go."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from helpers import noise

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
def test_what_is_written_into_a_parameter_counts(layer: str, slot: int, held: bool) -> None:
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
    twin = fast.twin()
    np.testing.assert_allclose(twin.forward(x=X)["y"], want, 1e-4, 1e-4)


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
