"""CTCGreedyDecoder: lines by hand, merging, the blank, accuracies, and what it refuses."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from prototxt.blobs import Array, Shape
from prototxt.layers.base import Cost, Layer
from prototxt.layers.ctc_greedy_decoder import distance
from support.helpers import floats, layer_from_text, noise, refused, run

TEXT = 'type: "CTCGreedyDecoder" bottom: "x" %s top: "y" ctc_decoder_param { %s }'
LABELS = 'bottom: "label"'


def decoder(fields: str = "", bottoms: str = "") -> Layer:
    return layer_from_text(TEXT % (bottoms, fields))


def scores(*lines: str, classes: int = 4) -> Array:
    """T x N x C whose best labels are the digits of these lines."""
    x = np.zeros((len(lines[0]), len(lines), classes), np.float32)
    for n, line in enumerate(lines):
        for t, digit in enumerate(line):
            x[t, n, int(digit)] = 1 + n + t
    return x


X = scores("0110122", "3332033", "0000000")


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        ("", [[1, 1, 2], [3, 2, 3], []]),
        ("ctc_merge_repeated: false", [[1, 1, 1, 2, 2], [3, 3, 3, 2, 3, 3], []]),
        ("blank_index: 3", [[0, 1, 0, 1, 2], [2, 0], [0]]),
        ("blank_index: -1", [[0, 1, 0, 1, 2], [2, 0], [0]]),
        ("blank_index: 1", [[0, 0, 2], [3, 2, 0, 3], [0]]),
    ],
)
def test_lines(fields: str, lines: list[list[int]]) -> None:
    (y,) = run(decoder(fields), X)
    assert y.shape == (3, 7, 1, 1)
    assert y.reshape(3, 7).tolist() == [line + [-1] * (7 - len(line)) for line in lines]
    assert run(decoder(fields), X.reshape(7, 3, 4, 1))[0].tolist() == y.tolist()


def test_of_equal_scores_the_first_counts() -> None:
    (y,) = run(decoder(), floats([[[0, 2, 2]], [[1, 1, 1]]]))
    assert y.ravel().tolist() == [1, -1]


def test_a_line_reads_the_same_whatever_the_scale() -> None:
    x = noise(6, 2, 5)
    np.testing.assert_array_equal(run(decoder(), x)[0], run(decoder(), 3 * x + 1)[0])


def test_accuracies_by_hand() -> None:
    """Lines 112, 323 and nothing: one is right, one lacks a label of four, one should hold two labels."""
    labels = floats([[1, 1, 2, 0], [3, 2, 1, 3], [1, 1, -1, 0]])
    (y,) = run(decoder(bottoms=LABELS), X, labels)
    assert y.shape == (1, 2, 1, 1)
    np.testing.assert_allclose(y.ravel(), [1 - (0 + 1 / 4 + 1) / 3, 1 / 3], rtol=1e-6)


def test_nothing_for_nothing_is_right() -> None:
    (y,) = run(decoder(bottoms=LABELS), X[:, 2:], floats([[0, 0]]))
    assert y.ravel().tolist() == [1, 1]


def test_distance() -> None:
    @cache
    def by_recursion(a: tuple[int, ...], b: tuple[int, ...]) -> int:
        if not a or not b:
            return len(a) + len(b)
        if a[0] == b[0]:
            return by_recursion(a[1:], b[1:])
        return 1 + min(by_recursion(a[1:], b), by_recursion(a, b[1:]), by_recursion(a[1:], b[1:]))

    assert distance((1, 2, 3), (2, 3, 4)) == 2
    rng = np.random.default_rng(4)
    for _ in range(60):
        a, b = (tuple(rng.integers(0, 3, rng.integers(0, 7)).tolist()) for _ in range(2))
        assert distance(a, b) == by_recursion(a, b)


def test_cost_and_brief() -> None:
    assert decoder().cost([(7, 3, 4)], [(3, 7, 1, 1)]) == Cost(comparisons=7 * 3 * 5)
    assert decoder().brief([(7, 3, 4)]) == "T=7"


@pytest.mark.parametrize(
    ("bottoms", "fields", "shapes", "what", "field"),
    [
        ("", "", ((7, 4),), "needs a bottom of at least 3 axes, got 2: 7 x 4", "bottom"),
        ("", "", ((7, 3, 4, 2),), "needs scores of T x N x C, got 7 x 3 x 4 x 2", "bottom"),
        (
            "",
            "blank_index: 4",
            ((7, 3, 4),),
            "blank_index 4 is no class: there are 4, counted from 0",
            "blank_index",
        ),
        (LABELS, "", ((7, 3, 4), (2, 5)), "scores of 7 x 3 x 4 need 3 rows of labels, got 2 x 5", "bottom"),
    ],
)
def test_refused(bottoms: str, fields: str, shapes: tuple[Shape, ...], what: str, field: str) -> None:
    error = refused(TEXT % (bottoms, fields), *shapes)
    assert (error.what, error.field) == (what, field)
