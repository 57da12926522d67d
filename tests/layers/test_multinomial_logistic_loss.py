"""MultinomialLogisticLoss: logarithms by hand, the least probability, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost
from support.helpers import layer_from_text, refused, run

TEXT = 'type: "MultinomialLogisticLoss" bottom: "x" bottom: "l" top: "y"'


def test_by_hand() -> None:
    x = np.array([[0.5, 0.25, 0.25], [0.1, 0.9, 0]], np.float32)
    (y,) = run(layer_from_text(TEXT), x, np.array([1, 1], np.float32))
    np.testing.assert_allclose(y, -(np.log(0.25) + np.log(0.9)) / 2, rtol=1e-6)
    (y,) = run(layer_from_text(TEXT), x.reshape(2, 1, 3), np.array([[0], [2]], np.float32))
    np.testing.assert_allclose(y, -(np.log(0.5) + np.log(1e-20)) / 2, rtol=1e-6)


def test_cost() -> None:
    cost = Cost(comparisons=5, exponentials=5, additions=5, divisions=1)
    assert layer_from_text(TEXT).cost([(5, 3), (5,)], [()]) == cost


def test_a_label_that_is_no_class_is_refused() -> None:
    with pytest.raises(LayerError, match="label -1 is no class: there are 3, counted from 0"):
        layer_from_text(TEXT).forward([np.ones((2, 3), np.float32), np.array([0, -1], np.float32)], ())


@pytest.mark.parametrize(
    ("bottom", "what"),
    [
        (((2, 3), (4,)), "both bottoms must have the same number of items, got 2 x 3 and 4"),
        (((2, 3), (2, 1, 4)), "bottom 1 must hold one value for each of 2 items, got 2 x 1 x 4"),
    ],
)
def test_refusals(bottom: tuple[Shape, ...], what: str) -> None:
    error = refused(TEXT, *bottom)
    assert (error.what, error.field) == (what, "bottom")
