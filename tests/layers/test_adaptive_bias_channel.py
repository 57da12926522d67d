"""AdaptiveBiasChannel: shares of pixels, classes that are not listed, the mean that stays."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Array
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'name: "a" type: "AdaptiveBiasChannel" bottom: "x" bottom: "label" top: "y" adaptive_bias_channel_param { %s }'


def adaptive(fields: str = "", seed: int = 0) -> Layer:
    return layer_from_text(TEXT % fields, seed=seed)


def listed(*rows: list[float]) -> Array:
    return np.array(rows, np.float32)[:, :, None, None]


X = noise(2, 4, 10, 30)


def test_each_listed_class_wins_its_share() -> None:
    (y,) = run(
        adaptive("bg_portion: 0.5 fg_portion: 0.25"),
        X - np.array([0, 9, 9, 0], np.float32)[:, None, None],
        listed([0, 1], [0, 1]),
    )
    wins = (y[:, 1] >= y.max(axis=1)).mean(axis=(1, 2))
    np.testing.assert_allclose(wins, 0.25, atol=0.02)


def test_classes_that_are_not_listed_stay_below_the_listed() -> None:
    (y,) = run(adaptive("margin_others: 0.5 bg_portion: 0 fg_portion: 0"), X, listed([0, 2], [1, -1]))
    assert (y[0, [1, 3]] <= y[0, [0, 2]].min(axis=0)).all()
    assert (y[1, [0, 2, 3]] <= y[1, 1]).all()


def test_the_mean_of_the_best_score_stays() -> None:
    (y,) = run(adaptive("suppress_others: false num_iter: 3"), X, listed([0, 1, 3], [2, 3, -1]))
    for got, before, own in zip(y, X, ([0, 1, 3], [2, 3]), strict=True):
        assert got[own].max(axis=0).mean() == pytest.approx(before[own].max(axis=0).mean(), abs=1e-5)


def test_images_without_labels_stay_as_they_are() -> None:
    (y,) = run(adaptive(), X, listed([-1], [-1]))
    np.testing.assert_array_equal(y, X)


def test_a_portion_of_1_takes_the_largest_difference() -> None:
    (y,) = run(adaptive("bg_portion: 1 fg_portion: 1"), X, listed([1], [1]))
    np.testing.assert_allclose(y[:, 1], X[:, 1], rtol=1e-5, atol=1e-5)


def test_the_order_is_drawn_by_seed() -> None:
    label = listed([1, 2, 3], [1, 2, 3])
    results = [run(adaptive("fg_portion: 0.6", seed), X, label)[0] for seed in (0, 0, 1, 2, 3)]
    np.testing.assert_array_equal(results[0], results[1])
    assert any((results[0] != other).any() for other in results[2:])
    assert adaptive().stateful


def test_cost() -> None:
    assert adaptive().cost([(1, 2, 3, 4), (1, 5, 1, 1)], [(1, 2, 3, 4)]) == Cost(
        comparisons=24 + 120, additions=24 + 120
    )


@pytest.mark.parametrize(
    ("fields", "label", "field"),
    [
        ("", (2, 3, 4, 5), "bottom"),
        ("", (1, 3, 1, 1), "bottom"),
        ("num_iter: 0", (2, 3, 1, 1), "num_iter"),
        ("num_iter: 2147483647", (2, 3, 1, 1), "num_iter"),
        ("bg_portion: 1.5", (2, 3, 1, 1), "bg_portion"),
        ("fg_portion: -0.5", (2, 3, 1, 1), "fg_portion"),
        ("margin_others: -1", (2, 3, 1, 1), "margin_others"),
    ],
)
def test_refusals(fields: str, label: tuple[int, ...], field: str) -> None:
    assert refused(TEXT % fields, (2, 4, 4, 5), label).field == field
