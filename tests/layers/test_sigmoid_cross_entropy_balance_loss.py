"""SigmoidCrossEntropyBalanceLoss: the paper's equation by a loop, targets of one kind, other targets."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Array
from prototxt.layers.base import Cost
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "SigmoidCrossEntropyBalanceLoss" bottom: "x" bottom: "t" top: "y"'


def by_loop(x: Array, target: Array) -> float:
    total = 0.0
    for scores, targets in zip(
        x.reshape(len(x), -1).tolist(), target.reshape(len(x), -1).tolist(), strict=True
    ):
        positive, negative = targets.count(1.0), targets.count(0.0)
        for score, is_edge in zip(scores, targets, strict=True):
            p = 1 / (1 + exp(-score))
            if is_edge == 1:
                total -= negative / (positive + negative) * log(p)
            elif is_edge == 0:
                total -= positive / (positive + negative) * log(1 - p)
    return total / len(x)


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_against_a_loop(engine: str) -> None:
    x = noise(2, 1, 4, 5) * 3
    target = (noise(2, 1, 4, 5, seed=1) > 0.6).astype(np.float32)
    target[1, 0, 2, 3] = 0.5  # counts as neither
    net = prototxt.parse_net(
        'input: "x" input: "t" input_shape { dim: 2 dim: 1 dim: 4 dim: 5 } '
        f'input_shape {{ dim: 2 dim: 1 dim: 4 dim: 5 }} layer {{ name: "loss" {TEXT} }}'
    )
    net.engine = engine
    assert float(net.forward(x=x, t=target)["y"]) == pytest.approx(by_loop(x, target), rel=1e-5)


def test_targets_of_one_kind_add_nothing() -> None:
    assert float(run(layer_from_text(TEXT), noise(2, 3), np.ones((2, 3), np.float32))[0]) == 0
    assert float(run(layer_from_text(TEXT), noise(2, 3), np.full((2, 3), 2, np.float32))[0]) == 0


def test_large_scores() -> None:
    x, target = np.array([[-1000, 1000]], np.float32), np.array([[1, 0]], np.float32)
    assert float(run(layer_from_text(TEXT), x, target)[0]) == 1000


def test_cost_and_refusals() -> None:
    assert layer_from_text(TEXT).cost([(2, 3), (2, 3)], [()]) == Cost(
        comparisons=18, multiplications=12, additions=30, exponentials=12, divisions=5
    )
    assert "must hold as many values" in refused(TEXT, (2, 3), (2, 4)).what
