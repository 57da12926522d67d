"""ContrastiveLoss: pairs by hand in both versions, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Shape
from prototxt.explain.breakdown.values import explain_value
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "ContrastiveLoss" bottom: "a" bottom: "b" bottom: "s" top: "y" contrastive_loss_param { %s }'


def contrastive(fields: str = "") -> Layer:
    return layer_from_text(TEXT % fields)


A = np.array([[3, 0], [1, 1], [0, 0], [2, 0]], np.float32)
B = np.array([[0, 4], [1, 1], [0, 1], [0, 0]], np.float32)  # distances 5, 0, 1, 2
SIMILAR = np.array([1, 0, 0.5, 1], np.float32)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("", (25 + 1 + 0 + 4) / 8),
        ("margin: 3", (25 + 9 + 4 + 4) / 8),
        ("margin: 3 legacy_version: true", (25 + 3 + 2 + 4) / 8),
    ],
)
def test_by_hand(fields: str, expected: float) -> None:
    (y,) = run(contrastive(fields), A, B, SIMILAR)
    np.testing.assert_allclose(y, expected, rtol=1e-6)
    (y,) = run(contrastive(fields), A.reshape(4, 2, 1, 1), B, SIMILAR.reshape(4, 1))
    np.testing.assert_allclose(y, expected, rtol=1e-6)


def test_cost_and_brief() -> None:
    bottom: list[Shape] = [(5, 3), (5, 3), (5,)]
    assert contrastive().cost(bottom, [()]) == Cost(
        additions=40, multiplications=20, comparisons=10, exponentials=5, divisions=2
    )
    legacy = contrastive("legacy_version: true")
    assert legacy.cost(bottom, [()]).multiplications == 15
    assert legacy.brief(bottom) == "margin 1"


@pytest.mark.parametrize(
    ("bottom", "what"),
    [
        (((5, 3, 2), (5, 3), (5,)), "needs bottoms of N x C, got 5 x 3 x 2"),
        (((5, 3), (4, 3), (5,)), "both bottoms must have the same number of items, got 5 x 3 and 4 x 3"),
        (
            ((5, 3), (5, 2), (5,)),
            "both bottoms must hold as many values, "
            "got 5 x 3 (3 values an item) and 5 x 2 (2 values an item)",
        ),
        (((5, 3), (5, 3), (4,)), "bottom 2 must hold one value for each of 5 items, got 4"),
    ],
)
def test_refusals(bottom: tuple[Shape, ...], what: str) -> None:
    error = refused(TEXT % "", *bottom)
    assert (error.what, error.field) == (what, "bottom")


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_two_labels_are_similar_where_they_are_equal(engine: str) -> None:
    pairs = [noise(4, 3), noise(4, 3, seed=1)]
    first, second = np.array([2, 0, 5, 1.9], np.float32), np.array([2, 1, 4, 1], np.float32)
    net = prototxt.parse_net(
        "".join(f'input: "{name}" ' for name in "abst")
        + "input_shape { dim: 4 dim: 3 } " * 2
        + "input_shape { dim: 4 } " * 2
        + 'layer { name: "loss" type: "ContrastiveLoss" bottom: "a" bottom: "b" bottom: "s" bottom: "t" top: "y" }'
    )
    net.engine = engine
    total = 0.0
    for i in range(4):
        distance = sum((float(pairs[0][i, k]) - float(pairs[1][i, k])) ** 2 for k in range(3))
        total += distance if i in (0, 3) else max(1 - distance**0.5, 0) ** 2
    y = float(net.forward(a=pairs[0], b=pairs[1], s=first, t=second)["y"])
    assert y == pytest.approx(total / 8, rel=1e-5)
    assert explain_value(net, "loss", ()).agrees


def test_the_second_label_has_one_value_for_each_pair() -> None:
    text = 'type: "ContrastiveLoss" bottom: "a" bottom: "b" bottom: "s" bottom: "t" top: "y"'
    assert (
        "bottom 3 must hold one value for each of 4 items" in refused(text, (4, 3), (4, 3), (4,), (5,)).what
    )
