"""implicit: the layer writes nothing."""

from __future__ import annotations

import numpy as np

import prototxt
from support.helpers import layer_from_text, noise, run


def test_nothing() -> None:
    assert run(layer_from_text('type: "implicit" bottom: "x" bottom: "y"'), noise(2, 3), noise(4)) == []


def test_in_a_net() -> None:
    net = prototxt.parse_net(
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } } '
        'layer { name: "r" type: "ReLU" bottom: "x" top: "y" } '
        'layer { name: "out" type: "implicit" bottom: "y" }'
    )
    x = noise(2, 3)
    assert net.outputs == ["y"]
    np.testing.assert_array_equal(net.forward({"x": x})["y"], np.maximum(x, 0))
