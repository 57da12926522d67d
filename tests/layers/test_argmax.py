"""ArgMax: with and without an axis, ties, values, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Shape
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, refused, run


def argmax(fields: str = "") -> Layer:
    return layer_from_text(f'type: "ArgMax" bottom: "x" top: "y" argmax_param {{ {fields} }}')


X = np.array([[[3, 9, 4], [9, 1, 2]], [[5, 5, 5], [0, 7, 5]]], np.float32)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("", [[[3]], [[4]]]),
        ("top_k: 3", [[[3, 1, 2]], [[4, 5, 2]]]),
        ("top_k: 2 out_max_val: true", [[[3, 1], [9, 9]], [[4, 5], [7, 5]]]),
        ("axis: 2", [[[1], [0]], [[2], [1]]]),
        ("axis: 1", [[[1, 0, 0]], [[0, 1, 1]]]),
        ("axis: -1 top_k: 2", [[[1, 2], [0, 2]], [[2, 1], [1, 2]]]),
        ("axis: -1 top_k: 2 out_max_val: true", [[[9, 4], [9, 2]], [[5, 5], [7, 5]]]),
    ],
)
def test_by_hand(fields: str, expected: list[list[list[float]]]) -> None:
    (y,) = run(argmax(fields), X)
    np.testing.assert_array_equal(y, np.array(expected, np.float32))


@pytest.mark.parametrize(
    ("shape", "fields", "expected"),
    [
        ((2, 7), "", (2, 1, 1)),
        ((2, 7), "top_k: 3 out_max_val: true", (2, 2, 3)),
        ((2, 7, 3, 4, 5), "top_k: 3", (2, 1, 3, 1, 1)),
        ((2, 7, 3, 4), "axis: -2 top_k: 2", (2, 7, 2, 4)),
    ],
)
def test_shapes(shape: Shape, fields: str, expected: Shape) -> None:
    (y,) = run(argmax(fields), noise(*shape))
    assert y.shape == expected


def test_cost_and_brief() -> None:
    assert argmax("top_k: 5").cost([(2, 3, 4)], [(2, 1, 5)]) == Cost(comparisons=120)
    assert argmax("top_k: 5").brief([(2, 3)]) == "top 5"
    assert argmax().brief([(2, 3)]) == ""


def test_refusals() -> None:
    text = 'type: "ArgMax" bottom: "x" top: "y" argmax_param { %s }'
    error = refused(text % "top_k: 0", (2, 3))
    assert (error.what, error.field) == ("top_k must be at least 1, not 0", "top_k")
    error = refused(text % "top_k: 13", (2, 3, 4))
    assert (error.what, error.field) == ("top_k 13 is more than the 12 values to choose from", "top_k")
    error = refused(text % "top_k: 4 axis: 1", (2, 3, 4))
    assert (error.what, error.field) == ("top_k 4 is more than the 3 values to choose from", "top_k")
    error = refused(text % "axis: 3", (2, 3, 4))
    assert (error.what, error.field) == ("axis 3 is out of range for a bottom of 2 x 3 x 4", "axis")
