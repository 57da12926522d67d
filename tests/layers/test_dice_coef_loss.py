"""DiceCoefLoss: the paper's formula by hand, empty maps, and the note on what is assumed."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from prototxt.layers.base import Cost
from support.helpers import layer_from_text, refused, run

# Remarks are PrototxtWarnings; these tests read them in Graph.notes.
pytestmark = pytest.mark.filterwarnings("ignore::prototxt.errors.PrototxtWarning")

TEXT = 'type: "DiceCoefLoss" bottom: "a" bottom: "b" top: "y"'


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_by_hand(engine: str) -> None:
    net = prototxt.parse_net(
        'input: "a" input: "b" input_shape { dim: 2 dim: 1 dim: 1 dim: 3 } input_shape { dim: 2 dim: 1 dim: 1 dim: 3 } '
        f'layer {{ name: "loss" {TEXT} }}'
    )
    net.engine = engine
    a = np.array([0.5, 1, 0, 0, 0, 0.25], np.float32).reshape(2, 1, 1, 3)
    b = np.array([1, 1, 0, 1, 0, 0], np.float32).reshape(2, 1, 1, 3)
    # Items: 1 - 2 * 1.5 / (1.25 + 2) and 1 - 0.
    assert float(net.forward(a=a, b=b)["y"]) == pytest.approx((1 - 3 / 3.25 + 1) / 2)
    (note,) = net.graph.notes
    assert 'layer "loss" (DiceCoefLoss)' in note
    assert "1 - the Dice coefficient" in note


def test_the_same_map_twice_loses_nothing() -> None:
    a = np.array([[0, 1, 1], [1, 0, 0]], np.float32)
    assert float(run(layer_from_text(TEXT), a, a)[0]) == 0


def test_empty_maps_lose_all() -> None:
    empty = np.zeros((2, 3), np.float32)
    assert float(run(layer_from_text(TEXT), empty, empty)[0]) == 1


def test_cost_and_refusals() -> None:
    assert layer_from_text(TEXT).cost([(2, 3), (2, 3)], [()]) == Cost(
        multiplications=20, additions=24, divisions=3
    )
    assert "must hold as many values" in refused(TEXT, (2, 3), (2, 4)).what
