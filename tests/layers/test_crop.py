"""Crop: pieces by hand, offsets for all axes or each, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Shape
from prototxt.layers.base import Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "Crop" bottom: "x" bottom: "size" top: "y" crop_param { %s }'


def crop(fields: str = "") -> Layer:
    return layer_from_text(TEXT % fields)


X = noise(2, 5, 7, 9)


def test_the_two_last_axes_by_default() -> None:
    (y,) = run(crop(), X, noise(1, 8, 3, 4))
    np.testing.assert_array_equal(y, X[:, :, :3, :4])


def test_one_offset_for_all_axes() -> None:
    (y,) = run(crop("axis: 1 offset: 2"), X, noise(1, 3, 4, 6))
    np.testing.assert_array_equal(y, X[:, 2:5, 2:6, 2:8])


def test_an_offset_for_each_axis() -> None:
    (y,) = run(crop("offset: 4 offset: 1"), X, noise(1, 1, 3, 8))
    np.testing.assert_array_equal(y, X[:, :, 4:, 1:])


def test_a_negative_axis() -> None:
    (y,) = run(crop("axis: -1 offset: 5"), X, noise(1, 1, 1, 4))
    np.testing.assert_array_equal(y, X[..., 5:])


def test_brief() -> None:
    assert crop("offset: 4 offset: 1").brief([X.shape, X.shape]) == "+4x1"
    assert crop().brief([X.shape, X.shape]) == ""


@pytest.mark.parametrize(
    ("fields", "size", "what", "field"),
    [
        (
            "offset: [1, 2, 3]",
            (1, 1, 2, 2),
            "3 values of offset for 2 axes from axis 2 on; give 1 or 2",
            "offset",
        ),
        ("", (7, 9), "the second bottom, 7 x 9, has fewer axes than the first, 2 x 5 x 7 x 9", "bottom"),
        ("offset: 3", (1, 1, 4, 7), "axis 3: 7 values from 3 on run past the end of 9", "offset"),
        ("", (1, 1, 8, 7), "axis 2: 8 values from 0 on run past the end of 7", "bottom"),
        ("axis: 4", (1, 1, 2, 2), "axis 4 is out of range for a bottom of 2 x 5 x 7 x 9", "axis"),
    ],
)
def test_refusals(fields: str, size: Shape, what: str, field: str) -> None:
    error = refused(TEXT % fields, X.shape, size)
    assert (error.what, error.field) == (what, field)
