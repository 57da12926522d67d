"""ContrastiveLoss: pairs by hand in both versions, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Shape
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, refused, run

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
