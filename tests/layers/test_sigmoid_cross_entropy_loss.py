"""SigmoidCrossEntropyLoss: the formula by hand, every divisor, huge scores, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Shape
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, refused, run

TEXT = 'type: "SigmoidCrossEntropyLoss" bottom: "x" bottom: "t" top: "y" loss_param { %s }'


def loss(fields: str = "") -> Layer:
    return layer_from_text(TEXT % fields)


X = np.array([[0, 1, -2], [3, 0.5, 0]], np.float32)
T = np.array([[1, 0, 0.25], [1, 2, 2]], np.float32)
P = 1 / (1 + np.exp(-X.astype(np.float64)))
EACH = -(T * np.log(P) + (1 - T) * np.log(1 - P))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("", EACH.sum() / 2),
        ("normalize: true", EACH.sum() / 6),
        ("normalize: false", EACH.sum() / 2),
        ("normalization: NONE normalize: true", EACH.sum()),
        ("normalization: FULL ignore_label: 2", EACH[T != 2].sum() / 6),
        ("normalization: VALID ignore_label: 2", EACH[T != 2].sum() / 4),
        ("ignore_label: 0", EACH[T >= 1].sum() / 2),
    ],
)
def test_by_hand(fields: str, expected: float) -> None:
    (y,) = run(loss(fields), X, T)
    np.testing.assert_allclose(y, expected, rtol=1e-5)
    (y,) = run(loss(fields), X, T.reshape(2, 3, 1))
    np.testing.assert_allclose(y, expected, rtol=1e-5)


def test_huge_scores_do_not_overflow() -> None:
    (y,) = run(
        loss("normalization: NONE"),
        np.array([[500, -500, 500]], np.float32),
        np.array([[1, 0, 0]], np.float32),
    )
    assert y == 500


def test_nothing_that_counts_gives_0() -> None:
    assert run(loss("ignore_label: 7 normalization: VALID"), X, np.full_like(X, 7))[0] == 0


def test_cost() -> None:
    bottom: list[Shape] = [(2, 3), (2, 3)]
    want = Cost(comparisons=12, multiplications=6, additions=24, exponentials=12, divisions=1)
    assert loss().cost(bottom, [()]) == want
    assert loss("ignore_label: 1").cost(bottom, [()]).comparisons == 18


def test_refusals() -> None:
    error = refused(TEXT % "", (2, 3), (4, 3))
    assert error.what == "both bottoms must have the same number of items, got 2 x 3 and 4 x 3"
    error = refused(TEXT % "", (2, 3), (2, 4))
    assert error.what.startswith("both bottoms must hold as many values")
    error = refused(TEXT % "normalization: PRE_FIXED", (2, 3), (2, 3))
    assert error.what.startswith("normalization PRE_FIXED (100) is not for this layer")
    assert error.field == "normalization"
