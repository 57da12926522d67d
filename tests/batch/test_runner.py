"""Batches through a net: rows for every item, windows averaged, parts of the net."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

import prototxt
from prototxt.batch.items import Item
from prototxt.batch.runner import Runner
from prototxt.blobs import Array
from prototxt.errors import InputError
from prototxt.net import Net
from support.helpers import noise

NET = """
name: "runs"
layer { name: "data" type: "Input" top: "data" top: "info" input_param {
  shape { dim: 4 dim: 3 dim: 5 dim: 6 } shape { dim: 4 dim: 2 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param {
  num_output: 7 kernel_size: 2 weight_filler { type: "gaussian" std: 1 } } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip" inner_product_param {
  num_output: 5 weight_filler { type: "gaussian" std: 1 } } }
layer { name: "sum" type: "Reduction" bottom: "info" top: "sum" include { stage: "sum" } }
"""


@pytest.fixture
def net() -> Net:
    return prototxt.parse_net(NET, keep="outputs")


def item(name: str, feeds: Mapping[str, Array]) -> Item:
    return Item(name, feeds, f"how {name}")


def test_rows_are_each_items_own(net: Net) -> None:
    images = noise(3, 3, 5, 6)
    items = [item(str(i), {"data": images[i : i + 1]}) for i in range(3)]
    got = Runner(net, blobs=("conv", "conv:before-relu")).run(items)
    whole = prototxt.parse_net(NET, keep=["conv", "conv@0"])
    outputs = whole.forward(data=images, info=np.zeros((3, 2)))
    assert [(o.name, o.preparation, o.loss) for o in got] == [(str(i), f"how {i}", None) for i in range(3)]
    for i, outcome in enumerate(got):
        np.testing.assert_allclose(outcome.outputs["ip"], outputs["ip"][i : i + 1], 1e-5, 1e-5)
        np.testing.assert_allclose(outcome.value("conv"), whole.blobs["conv"].data[i : i + 1], 1e-5, 1e-6)
        before = whole.blobs["conv@0"].data[i : i + 1]
        assert before.min() < 0
        np.testing.assert_allclose(outcome.value("conv:before-relu"), before, 1e-5, 1e-6)


def test_the_batch_follows_and_other_inputs_are_zeros(net: Net) -> None:
    runner = Runner(net)
    for rows in (1, 2, 1):
        feeds = runner.feeds([item(str(i), {"data": noise(1, 3, 5, 6)}) for i in range(rows)])
        assert {name: array.shape for name, array in feeds.items()} == {
            "data": (rows, 3, 5, 6),
            "info": (rows, 2),
        }
        assert not feeds["info"].any()
        net.forward(feeds)


def test_windows_are_averaged(net: Net) -> None:
    windows = noise(10, 3, 5, 6)
    alone = [prototxt.parse_net(NET).forward(data=w[None], info=np.zeros((1, 2)))["ip"] for w in windows]
    first, second = Runner(net).run([item("a", {"data": windows}), item("b", {"data": windows[::-1].copy()})])
    np.testing.assert_allclose(first.outputs["ip"], np.mean(alone, axis=0), 1e-4, 1e-4)
    np.testing.assert_allclose(second.outputs["ip"], np.mean(alone, axis=0), 1e-4, 1e-4)


def test_a_blob_without_rows() -> None:
    net = prototxt.parse_net(NET, stages=["sum"])
    (one,) = Runner(net).run([item("a", {"data": noise(1, 3, 5, 6), "info": noise(1, 2)})])
    assert one.outputs["sum"].shape == (1,)
    runner = Runner(net)
    with pytest.raises(
        InputError, match='blob "sum" is scalar: its first axis is not the 2 inputs'
    ) as caught:
        runner.run([item(name, {"data": noise(1, 3, 5, 6)}) for name in "ab"])
    assert "batch of 1" in str(caught.value.hint)


def test_a_part(net: Net) -> None:
    conv = noise(2, 7, 4, 5)
    runner = Runner(net, "ip", "ip")
    got = runner.run([item(str(i), {"conv": conv[i : i + 1]}) for i in range(2)])
    weights, bias = (p.data for p in net.params["ip"])
    want = conv.reshape(2, -1) @ weights.T + bias
    np.testing.assert_allclose(np.concatenate([o.outputs["ip"] for o in got]), want, 1e-4, 1e-4)
    assert [node.name for node in runner.graph.nodes] == ["ip"]


def test_maps(net: Net) -> None:
    assert Runner(net).maps == ("data", "conv")
    assert Runner(net, "ip").maps == ("conv",)


def test_blobs_that_a_part_does_not_touch(net: Net) -> None:
    with pytest.raises(InputError, match='do not touch blob "ip"'):
        Runner(net, None, "relu", ("ip",))
    with pytest.raises(InputError, match='no blob "cnv"'):
        Runner(net, None, "relu", ("cnv",))
    runner, feeds = Runner(net, None, "conv", ("conv",)), {"data": noise(1, 3, 5, 6)}
    assert runner.run([item("a", feeds)])[0].value("conv").min() < 0  # conv@0, before the ReLU


def test_the_graph_is_made_once_for_each_shape(net: Net) -> None:
    runner = Runner(net, "conv", "relu")
    graph = runner.graph
    assert runner.graph is graph
    net.reshape(data=(2, 3, 5, 6))
    assert runner.graph is not graph
    assert runner.graph.shapes[runner.graph.last["conv"]] == (2, 7, 4, 5)
