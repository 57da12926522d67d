"""Norm: the channels of a place over their norm."""

from __future__ import annotations

from itertools import product
from math import sqrt

import numpy as np

from prototxt.layers.base import Cost
from support.helpers import floats, layer_from_text, noise, refused, run

TEXT = 'type: "Norm" bottom: "x" top: "y"'


def test_by_hand() -> None:
    """3 and 4 have the norm 5; 1e-6 is added to it, which only small values show; nothing stays nothing."""
    x = floats([[3, 0, 3e-6], [4, 0, 4e-6]]).reshape(1, 2, 1, 3)
    (y,) = run(layer_from_text(TEXT), x)
    np.testing.assert_allclose(y[0, :, 0], [[0.6, 0, 0.5], [0.8, 0, 2 / 3]], rtol=1e-6)


def test_place_by_place() -> None:
    x = noise(2, 3, 4, 5)
    (y,) = run(layer_from_text(TEXT), x)
    for n, i, j in product(range(2), range(4), range(5)):
        norm = sqrt(sum(float(value) ** 2 for value in x[n, :, i, j])) + 1e-6
        np.testing.assert_allclose(y[n, :, i, j], [value / norm for value in x[n, :, i, j]], rtol=1e-6)


def test_cost_and_refusal() -> None:
    cost = layer_from_text(TEXT).cost([(2, 3, 4, 5)], [(2, 3, 4, 5)])
    assert cost == Cost(multiplications=120, additions=160, divisions=120, exponentials=40)
    assert "at least 2 axes" in refused(TEXT, (2,)).what
