"""Intersection over union."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.boxes.overlap import areas, overlap
from support.helpers import floats


def test_a_quarter_of_each_of_two_squares() -> None:
    a, b = floats([0, 0, 2, 2]), floats([1, 1, 3, 3])
    assert overlap(a, b) == np.float32(1 / 7)


def test_corners_that_are_pixels() -> None:
    """Both rows and both columns of pixels are in the box: 2 x 2 share 1 of 7."""
    a, b = floats([0, 0, 1, 1]), floats([1, 1, 2, 2])
    assert overlap(a, b) == 0
    assert overlap(a, b, extent=1) == np.float32(1 / 7)
    assert areas(a, extent=1) == 4


def test_each_with_each() -> None:
    a = floats([[0, 0, 2, 2], [5, 5, 6, 6]])
    b = floats([[0, 0, 2, 2], [0, 0, 1, 2], [5.5, 5, 6, 6]])
    np.testing.assert_array_equal(overlap(a[:, None], b), floats([[1, 0.5, 0], [0, 0, 0.5]]))


@pytest.mark.parametrize("nothing", [[1, 1, 1, 1], [1, 0, 1, 2], [2, 2, 1, 1], [2, 0, 1, 2]])
def test_boxes_without_area_overlap_by_nothing(nothing: list[float]) -> None:
    box = floats(nothing)
    assert areas(box) == 0
    assert overlap(box, floats([0, 0, 2, 2])) == 0
    assert overlap(box, box) == 0


def test_no_number_is_no_overlap() -> None:
    box = floats([0, 0, 1, 1])
    assert np.isnan(overlap(box, floats([0, np.nan, 1, 1])))
    assert np.isnan(overlap(*[floats([-np.inf, 0, np.inf, 1])] * 2))
