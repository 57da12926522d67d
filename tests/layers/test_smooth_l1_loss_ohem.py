"""SmoothL1LossOHEM: every divisor by hand, the loss of each item, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "SmoothL1LossOHEM" bottom: "a" bottom: "b" %s top: "y" loss_param { %s }'
A = np.array([[[[0.1], [2]], [[0], [1]]], [[[-3], [0]], [[0], [0]]], [[[0], [0]], [[0], [0]]]], np.float32)
EACH = np.array([[0.005, 1.5 + 0.5], [2.5, 0], [0, 0]])


@pytest.mark.parametrize(
    ("fields", "divisor"),
    [
        ("", 6),
        ("normalization: VALID", 6),
        ("normalization: FULL", 6),
        ("normalization: BATCH_SIZE", 3),
        ("normalization: NONE", 1),
        ("normalize: true", 6),
        ("normalize: false", 3),
        ("normalization: PRE_FIXED pre_fixed_normalizer: 12.5", 12.5),
        ("normalization: PRE_FIXED pre_fixed_normalizer: 0.25", 1),
    ],
)
def test_divisors(fields: str, divisor: float) -> None:
    (y,) = run(layer_from_text(TEXT % ("", fields)), A, np.zeros_like(A))
    assert y == pytest.approx(EACH.sum() / divisor)


def test_the_loss_of_each_item() -> None:
    y, each = run(layer_from_text(TEXT % ('bottom: "w" top: "each"', "")), A, 0 * A, np.ones_like(A))
    np.testing.assert_allclose(each, EACH.reshape(3, 1, 2, 1), rtol=1e-6)
    assert y == pytest.approx(EACH.sum() / 6)
    _, each = run(layer_from_text(TEXT % ('top: "each"', "")), noise(5, 8), noise(5, 8, seed=1))
    assert each.shape == (5, 1, 1, 1)


def test_the_weight_is_inside() -> None:
    (y,) = run(layer_from_text(TEXT % ('bottom: "w"', "normalization: NONE")), A, 0 * A, np.full_like(A, 0.1))
    assert y == pytest.approx(0.5 * 0.01 * (0.01 + 4 + 1 + 9))


def test_it_counts_nothing_without_loss_weights() -> None:
    assert layer_from_text(TEXT % ('top: "each"', "")).loss_weights == (0, 0)


def test_refusals() -> None:
    error = refused(TEXT % ('bottom: "w"', ""), (2, 3), (2, 3), (2, 4))
    assert (error.what, error.field) == (
        "all bottoms must be alike in N, C, H and W, got 2 x 3 and 2 x 4",
        "bottom",
    )
