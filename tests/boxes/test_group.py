"""Groups of boxes: by hand, and what OpenCV 4.14 made of the same boxes."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.boxes.group import group_rectangles

Rows = list[list[int]]


def grouped(boxes: Rows, threshold: int, eps: float) -> tuple[Rows, list[int]]:
    means, counts = group_rectangles(np.array(boxes, np.int64).reshape(-1, 4), threshold, eps)
    return means.tolist(), counts.tolist()


def test_alike_directly_or_through_others() -> None:
    """Sides of 100: with eps 0.02 boxes are alike up to 2 pixels apart, and a chain of such is one group."""
    chain = [[x, 0, 100, 100] for x in (0, 2, 4, 6)]
    assert grouped(chain, 1, 0.02) == ([[3, 0, 100, 100]], [4])
    assert grouped([chain[0], chain[2], chain[0]], 1, 0.02) == ([[0, 0, 100, 100]], [2])


def test_groups_of_no_more_than_the_threshold_go() -> None:
    boxes = [[0, 0, 50, 60]] * 3 + [[200, 0, 50, 60]] * 2
    assert grouped(boxes, 2, 0.1) == ([[0, 0, 50, 60]], [3])
    assert grouped(boxes, 3, 0.1) == ([], [])
    assert grouped(boxes, 0, 0.1) == (boxes, [1] * 5)
    assert grouped([], 2, 0.1) == ([], [])


def test_a_small_group_within_a_larger_one_goes() -> None:
    """The one within has 4 boxes, the one around 5; of two equal ones both stay."""
    within, around = [[30, 30, 20, 25]], [[0, 0, 100, 120]]
    assert grouped(4 * within + 5 * around, 1, 0.1) == (around, [5])
    assert grouped(5 * within + 5 * around, 1, 0.1) == (within + around, [5, 5])
    assert grouped(2 * within + 3 * around, 1, 0.1) == (around, [3])


def test_means_round_halves_to_even() -> None:
    assert grouped([[0, 1, 50, 60], [1, 2, 51, 61]], 1, 0.2) == ([[0, 2, 50, 60]], [2])


@pytest.mark.parametrize(
    ("seed", "threshold", "eps", "means", "counts"),
    [
        (
            1,
            2,
            0.2,
            [[82, 11, 108, 27], [67, 14, 2, 74], [48, 21, 101, 17], [9, 75, 5, 79], [38, 106, 12, 72]],
            [8, 7, 7, 17, 11],
        ),
        (
            2,
            1,
            0.05,
            [[19, 48, 81, 76], [100, 7, 38, 46], [38, 15, 107, 72], [105, 4, 31, 53], [22, 47, 87, 72]],
            [4, 2, 9, 2, 2],
        ),
        (3, 3, 0.5, [[17, 33, 85, 69], [20, 120, 37, 98]], [20, 8]),
        (4, 2, 0.1, [[105, 87, 71, 50], [6, 58, 104, 109], [95, 57, 56, 58]], [9, 12, 9]),
        (5, 1, 1.0, [[26, 100, 54, 69], [100, 79, 110, 61]], [39, 8]),
    ],
)
def test_as_opencv_has_it(seed: int, threshold: int, eps: float, means: Rows, counts: list[int]) -> None:
    rng = np.random.RandomState(seed)  # the same numbers in every version of NumPy
    centres = rng.randint(0, 120, (6, 4))
    boxes = centres[rng.randint(0, 6, 60)] + rng.randint(-5, 6, (60, 4))
    assert grouped(boxes.tolist(), threshold, eps) == (means, counts)
