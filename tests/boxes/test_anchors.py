"""Anchors: py-faster-rcnn's by hand, other roundings, and their order on a map."""

from __future__ import annotations

import numpy as np

from prototxt.boxes.anchors import forms, lay

DEFAULT = [
    [-84, -40, 99, 55],
    [-176, -88, 191, 103],
    [-360, -184, 375, 199],
    [-56, -56, 71, 71],
    [-120, -120, 135, 135],
    [-248, -248, 263, 263],
    [-36, -80, 51, 95],
    [-80, -168, 95, 183],
    [-168, -344, 183, 359],
]


def test_the_nine_of_faster_rcnn() -> None:
    np.testing.assert_array_equal(forms(16, (0.5, 1, 2), (8, 16, 32), np.rint), DEFAULT)


def test_sides_are_rounded_before_they_are_scaled() -> None:
    # The root of 64 / 4 is 4, 4 times that 16. The root of 64 / 0.39 is 12.8, so 13; 0.39 times that is 5.07, so 5.
    assert forms(8, (4, 0.39), (2,), np.rint).tolist() == [[0, -12, 7, 19], [-9, -1, 16, 8]]


def test_place_by_place_row_by_row() -> None:
    two = np.array([[0, 0, 7, 7], [-4, -4, 11, 11]], np.float64)
    boxes = lay(two, 2, 3, 16)
    assert boxes.shape == (12, 4)
    assert boxes[2].tolist() == [16, 0, 23, 7]
    assert boxes[7].tolist() == [-4, 12, 11, 27]
