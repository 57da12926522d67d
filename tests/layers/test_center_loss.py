"""CenterLoss: distances done by a loop, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from prototxt.errors import LayerError
from prototxt.explain.breakdown.values import explain_value
from prototxt.layers.base import Cost
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "CenterLoss" bottom: "x" bottom: "label" top: "y" center_loss_param { num_output: 4 %s }'


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_against_a_loop(engine: str) -> None:
    net = prototxt.parse_net(
        'input: "x" input: "label" input_shape { dim: 3 dim: 2 dim: 1 dim: 5 } input_shape { dim: 3 } '
        f'layer {{ name: "loss" {TEXT % ""} }}'
    )
    net.engine = engine
    x, centers, labels = noise(3, 2, 1, 5), noise(4, 10, seed=1), [3, 0, 3]
    net.params["loss"][0].data[...] = centers
    total = 0.0
    for item, label in zip(x, labels, strict=True):
        for value, center in zip(item.ravel().tolist(), centers[label].tolist(), strict=True):
            total += (value - center) ** 2
    y = float(net.forward(x=x, label=np.array(labels, np.float32))["y"])
    assert y == pytest.approx(total / 6, rel=1e-5)
    breakdown = explain_value(net, "loss", ())
    assert breakdown.agrees
    assert len(breakdown.groups[0]) == 30


def test_items_from_an_axis_on() -> None:
    layer = layer_from_text(TEXT % "axis: 2")
    assert [p.shape for p in layer.params([(3, 2, 1, 5), (6,)])] == [(4, 5)]
    assert layer.params([(3, 2, 1, 5), (6,)])[0].name == "centers"
    x, centers = np.ones((1, 2, 3), np.float32), np.zeros((4, 3), np.float32)
    assert float(run(layer, x, np.array([0, 3], np.float32), params=[centers])[0]) == 1.5


def test_cost() -> None:
    layer = layer_from_text(TEXT % "")
    assert layer.cost([(3, 10), (3,)], [()]) == Cost(additions=60, multiplications=30, divisions=2)


def test_refusals() -> None:
    assert "must hold one value for each of 3 items" in refused(TEXT % "", (3, 10), (2,)).what
    assert refused(TEXT.replace("num_output: 4", "num_output: 0") % "", (3, 10), (3,)).field == "num_output"
    with pytest.raises(LayerError, match="no num_output"):
        layer_from_text(TEXT.replace("num_output: 4", "") % "")
    with pytest.raises(LayerError, match="label 4 is no class"):
        run(layer_from_text(TEXT % ""), noise(2, 3), np.array([0, 4], np.float32), params=[noise(4, 3)])
