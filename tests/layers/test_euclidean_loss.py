"""EuclideanLoss: half the mean squared distance, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Shape
from prototxt.layers.base import Cost
from support.helpers import layer_from_text, refused, run

TEXT = 'type: "EuclideanLoss" bottom: "a" bottom: "b" top: "y"'


def test_by_hand() -> None:
    a = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
    b = np.array([[[1], [0], [3]], [[1], [5], [7]]], np.float32)
    (y,) = run(layer_from_text(TEXT), a, b)
    assert y == (4 + 9 + 1) / (2 * 2)


def test_cost() -> None:
    assert layer_from_text(TEXT).cost([(2, 3, 4), (2, 12)], [()]) == Cost(
        additions=48, multiplications=24, divisions=2
    )


@pytest.mark.parametrize(
    ("bottom", "what"),
    [
        (((2, 3), (4, 3)), "both bottoms must have the same number of items, got 2 x 3 and 4 x 3"),
        (((), (4, 3)), "needs bottoms of at least 1 axis, the items; got a scalar"),
        (
            ((2, 3), (2, 4)),
            "both bottoms must hold as many values, "
            "got 2 x 3 (3 values an item) and 2 x 4 (4 values an item)",
        ),
    ],
)
def test_refusals(bottom: tuple[Shape, ...], what: str) -> None:
    error = refused(TEXT, *bottom)
    assert (error.what, error.field) == (what, "bottom")
