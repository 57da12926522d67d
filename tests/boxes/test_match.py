"""Which boxes stand for which true ones."""

from __future__ import annotations

import numpy as np

from prototxt.boxes.match import IGNORED, NONE, match
from support.helpers import floats

TRUTH = floats([[0, 0, 1, 1], [0, 0, 0.5, 1]])


def test_the_closest_pair_first_and_each_box_once() -> None:
    """The first box is nearest to both: it goes to the first true one, and the second gets what is left."""
    boxes = floats([[0, 0, 0.9, 1], [0, 0, 0.3, 0.4], [0.6, 0, 1, 1], [0, 0, 0.85, 1]])
    result, nearest = match(boxes, TRUTH, None)
    assert result.tolist() == [0, NONE, NONE, 1]
    np.testing.assert_allclose(nearest, [0.9, 0.24, 0.4, 0.5 / 0.85], rtol=1e-6)


def test_then_all_that_overlap_enough() -> None:
    boxes = floats([[0, 0, 1, 1], [0, 0, 0.9, 1], [0, 0, 0.5, 0.9], [0, 0, 0.5, 1], [0.8, 0, 1, 1]])
    result, _ = match(boxes, TRUTH, 0.5)
    assert result.tolist() == [0, 0, 1, 1, NONE]


def test_just_as_much_is_enough() -> None:
    result, _ = match(floats([[0, 0, 1, 1], [0, 0, 1, 0.5]]), TRUTH[:1], 0.5)
    assert result.tolist() == [0, 0]
    result, _ = match(floats([[0, 0, 1, 1], [0, 0, 1, 0.5]]), TRUTH[:1], 0.51)
    assert result.tolist() == [0, NONE]


def test_a_true_box_that_nothing_overlaps_gets_nothing() -> None:
    result, nearest = match(floats([[2, 2, 3, 3]]), TRUTH, 0.0)
    assert result.tolist() == [NONE]
    assert nearest.tolist() == [0]


def test_boxes_that_hang_over() -> None:
    boxes = floats([[-0.1, 0, 1, 1], [0, 0, 0.9, 1]])
    result, nearest = match(boxes, TRUTH[:1], 0.5, within=True)
    assert result.tolist() == [IGNORED, 0]
    assert nearest[0] == 0


def test_nothing_to_match() -> None:
    assert match(TRUTH, TRUTH[:0], 0.5)[0].tolist() == [NONE, NONE]
    assert match(TRUTH[:0], TRUTH, 0.5)[0].size == 0
