"""Axpy: sums by hand, weights of two axes and four, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Shape
from prototxt.layers.base import Cost
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "Axpy" bottom: "a" bottom: "x" bottom: "y" top: "z"'


@pytest.mark.parametrize("axes", [(), (1,), (1, 1)], ids=["two", "three", "four"])
def test_by_hand(axes: Shape) -> None:
    a = np.array([2, -1], np.float32).reshape(1, 2, *axes)
    x = np.arange(6, dtype=np.float32).reshape(1, 2, 1, 3)
    y = np.full_like(x, 10)
    (z,) = run(layer_from_text(TEXT), a, x, y)
    np.testing.assert_array_equal(z.ravel(), [10, 12, 14, 7, 6, 5])


def test_every_image_has_weights_of_its_own() -> None:
    a, x, y = noise(3, 4), noise(3, 4, 2, 5, seed=1), noise(3, 4, 2, 5, seed=2)
    np.testing.assert_array_equal(run(layer_from_text(TEXT), a, x, y)[0], a[:, :, None, None] * x + y)


def test_x_of_two_axes() -> None:
    a, x, y = noise(3, 4, 1, 1), noise(3, 4, seed=1), noise(3, 4, seed=2)
    np.testing.assert_array_equal(run(layer_from_text(TEXT), a, x, y)[0], a[:, :, 0, 0] * x + y)


def test_cost() -> None:
    shape = (2, 3, 4, 5)
    assert layer_from_text(TEXT).cost([(2, 3), shape, shape], [shape]) == Cost(
        multiplications=120, additions=120
    )


@pytest.mark.parametrize(
    ("a", "x", "y", "what"),
    [
        ((2, 4), (2, 3, 5, 6), (2, 3, 5, 6), "the first bottom, 2 x 4, does not fit the second, 2 x 3 x 5 x 6"),
        ((1, 3), (2, 3, 5, 6), (2, 3, 5, 6), "the first bottom, 1 x 3, does not fit"),
        ((2, 3, 5, 1), (2, 3, 5, 6), (2, 3, 5, 6), "the first bottom, 2 x 3 x 5 x 1, does not fit"),
        ((2,), (2, 3), (2, 3), "needs a bottom of at least 2 axes, got 1: 2"),
        ((2, 3), (2, 3, 5, 6), (2, 3, 6, 5), "must have one shape, got 2 x 3 x 5 x 6 and 2 x 3 x 6 x 5"),
    ],
)  # fmt: skip
def test_refusals(a: Shape, x: Shape, y: Shape, what: str) -> None:
    error = refused(TEXT, a, x, y)
    assert what in error.what
    assert error.field == "bottom"
