"""L2Norm: items over their norms."""

from __future__ import annotations

from math import sqrt

import numpy as np

from prototxt.layers.base import Cost
from support.helpers import floats, layer_from_text, noise, refused, run

TEXT = 'type: "L2Norm" bottom: "x" top: "y"'


def test_by_hand() -> None:
    x = floats([[3, 0, 4], [0, -2, 0]]).reshape(2, 3, 1, 1)
    (y,) = run(layer_from_text(TEXT), x)
    np.testing.assert_allclose(y.reshape(2, 3), floats([[0.6, 0, 0.8], [0, -1, 0]]), rtol=1e-6)


def test_channels_and_places_count_together() -> None:
    x = noise(2, 3, 4, 5)
    (y,) = run(layer_from_text(TEXT), x)
    for n in range(2):
        norm = sqrt(sum(float(value) ** 2 for value in x[n].ravel()))
        np.testing.assert_allclose(y[n], x[n] / norm, rtol=1e-6)


def test_an_item_of_zeros_has_no_direction() -> None:
    with np.errstate(invalid="ignore"):
        assert np.isnan(run(layer_from_text(TEXT), floats([[0, 0, 0]]))[0]).all()


def test_cost_and_refusal() -> None:
    cost = layer_from_text(TEXT).cost([(2, 3, 4, 5)], [(2, 3, 4, 5)])
    assert cost == Cost(multiplications=120, additions=120, divisions=120, exponentials=2)
    assert "at least 1 axes" in refused(TEXT, ()).what
