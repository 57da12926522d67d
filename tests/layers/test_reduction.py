"""Reduction: sums and means by hand."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "Reduction" bottom: "x" top: "y" reduction_param { %s }'


def reduction(fields: str = "") -> Layer:
    return layer_from_text(TEXT % fields)


X = np.array([[[1, -2], [3, 0.5]], [[-4, 2], [0, 1]], [[2, 2], [2, 2]]], np.float32)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("", 9.5),
        ("coeff: -2", -19),
        ("operation: MEAN axis: 1", [0.625, -0.25, 2]),
        ("operation: ASUM axis: -2 coeff: 2", [13, 14, 16]),
        ("operation: SUMSQ axis: 2", [[5, 9.25], [20, 1], [8, 8]]),
    ],
)
def test_by_hand(fields: str, expected: list[float]) -> None:
    (y,) = run(reduction(fields), X)
    np.testing.assert_array_equal(y, np.array(expected, np.float32))


def test_cost_and_brief() -> None:
    shape = (2, 3, 4)
    assert reduction().cost([shape], [()]) == Cost(additions=24)
    assert reduction("operation: MEAN axis: 1").cost([shape], [(2,)]) == Cost(additions=24, multiplications=2)
    assert reduction("operation: ASUM").cost([shape], [()]) == Cost(additions=24, comparisons=24)
    squares = reduction("operation: SUMSQ coeff: 0.5 axis: 2")
    assert squares.cost([shape], [(2, 3)]) == Cost(additions=24, multiplications=30)
    assert squares.brief([shape]) == "SUMSQ"


def test_an_axis_it_has_not() -> None:
    error = refused(TEXT % "axis: 3", noise(2, 3, 4).shape)
    assert (error.what, error.field) == ("axis 3 is out of range for a bottom of 2 x 3 x 4", "axis")
