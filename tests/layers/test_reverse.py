"""Reverse: an axis from its end, twice is nothing, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.layers.base import Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "Reverse" bottom: "x" top: "y" reverse_param { %s }'


def reverse(fields: str = "") -> Layer:
    return layer_from_text(TEXT % fields)


def test_time_is_the_default_axis() -> None:
    x = noise(5, 2, 3)
    (y,) = run(reverse(), x)
    for t in range(5):
        np.testing.assert_array_equal(y[t], x[4 - t])
    np.testing.assert_array_equal(run(reverse(), y)[0], x)


@pytest.mark.parametrize("axis", [2, -2])
def test_another_axis(axis: int) -> None:
    x = noise(2, 3, 4, 5)
    (y,) = run(reverse(f"axis: {axis}"), x)
    assert y[1, 2, 0, 3] == x[1, 2, 3, 3]
    assert reverse(f"axis: {axis}").brief([x.shape]) == "axis 2"


def test_refused() -> None:
    error = refused(TEXT % "axis: 3", (5, 2, 3))
    assert (error.what, error.field) == ("axis 3 is out of range for a bottom of 5 x 2 x 3", "axis")
