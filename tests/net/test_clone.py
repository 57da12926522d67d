"""Twins of a net: one set of parameters, blobs of their own, two threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

import prototxt
from support.helpers import noise

NET = """
name: "twins"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 9 dim: 7 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param {
  num_output: 6 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip" inner_product_param {
  num_output: 5 weight_filler { type: "xavier" } } }
"""


def test_parameters_are_shared_and_blobs_are_not() -> None:
    net = prototxt.parse_net(NET)
    net.reshape(data=(1, 3, 9, 7))
    clone = net.clone()
    assert clone.blobs["ip"].shape == (1, 5)
    assert np.shares_memory(clone.params["conv"][0].data, net.params["conv"][0].data)
    x = noise(1, 3, 9, 7)
    first = net.forward(data=x)["ip"]
    clone.forward(data=2 * x)
    clone.reshape(data=(4, 3, 9, 7))
    np.testing.assert_array_equal(net.blobs["ip"].data, first)
    assert net.blobs["ip"].shape == (1, 5)
    net.params["ip"][1].data[...] = 3
    assert (clone.params["ip"][1].data == 3).all()


def test_two_threads() -> None:
    net = prototxt.parse_net(NET)
    inputs = [noise(2, 3, 9, 7, seed=i) for i in range(40)]
    want = [net.forward(data=x)["ip"] for x in inputs]
    clones = [net.clone(), net.clone()]

    def run(which: int) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
        return [clones[which].forward(data=x)["ip"] for x in inputs[which::2]]

    with ThreadPoolExecutor(2) as pool:
        for which, got in enumerate(pool.map(run, range(2))):
            np.testing.assert_allclose(got, want[which::2], 1e-6)
