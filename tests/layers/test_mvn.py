"""MVN: mean 0 and variance 1 by hand, per channel or per image."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "MVN" bottom: "x" top: "y" mvn_param { %s }'


def mvn(fields: str = "") -> Layer:
    return layer_from_text(TEXT % fields)


X = np.array([1, 3, 5, 7, 0, 0, 4, 4], np.float32).reshape(1, 2, 1, 4)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("normalize_variance: false", [-3, -1, 1, 3, -2, -2, 2, 2]),
        ("normalize_variance: false across_channels: true", [-2, 0, 2, 4, -3, -3, 1, 1]),
        ("eps: 2", [*np.array([-3, -1, 1, 3]) / (5**0.5 + 2), -0.5, -0.5, 0.5, 0.5]),
        ("across_channels: true", np.array([-2, 0, 2, 4, -3, -3, 1, 1]) / 5.5**0.5),
    ],
)
def test_by_hand(fields: str, expected: list[float]) -> None:
    (y,) = run(mvn(fields), X)
    np.testing.assert_allclose(y.ravel(), expected, rtol=1e-6, atol=1e-6)


def test_fewer_axes_get_axes_of_1_after_them() -> None:
    (y,) = run(mvn(), noise(2, 3))
    np.testing.assert_array_equal(y, np.zeros((2, 3, 1, 1)))
    (y,) = run(mvn("across_channels: true"), noise(2, 3, 4))
    np.testing.assert_allclose(y.std(axis=(1, 2, 3)), [1, 1], rtol=1e-4)
    assert y.shape == (2, 3, 4, 1)


def test_cost() -> None:
    shape = (2, 3, 4, 5)
    assert mvn("normalize_variance: false").cost([shape], [shape]) == Cost(additions=240, divisions=6)
    assert mvn("across_channels: true").cost([shape], [shape]) == Cost(
        additions=362, divisions=124, multiplications=120, exponentials=2
    )


def test_more_axes_are_refused() -> None:
    error = refused(TEXT % "", (2, 3, 4, 5, 6))
    assert "got 5: 2 x 3 x 4 x 5 x 6" in error.what
    assert error.field == "bottom"
