"""Accuracy: ties, top_k, ignored labels, per class, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, refused, run


def accuracy(fields: str = "", tops: int = 1) -> Layer:
    names = " ".join(f'top: "y{i}"' for i in range(tops))
    return layer_from_text(f'type: "Accuracy" bottom: "x" bottom: "l" {names} accuracy_param {{ {fields} }}')


SCORES = np.array([[1, 5, 2], [7, 0, 3], [4, 4, 1], [2, 6, 9]], np.float32)
LABELS = np.array([1, 2, 0, 1], np.float32)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [("", 1 / 4), ("top_k: 2", 4 / 4), ("ignore_label: 1", 0 / 2), ("top_k: 2 ignore_label: 2", 3 / 3)],
)
def test_by_hand(fields: str, expected: float) -> None:
    (y,) = run(accuracy(fields), SCORES, LABELS)
    assert y == np.float32(expected)


def test_a_score_equal_to_the_labels_counts_as_better() -> None:
    same = np.ones((2, 3), np.float32)
    assert run(accuracy("top_k: 2"), same, np.array([0, 2], np.float32))[0] == 0
    assert run(accuracy("top_k: 3"), same, np.array([0, 2], np.float32))[0] == 1


def test_per_class_counts_only_classes_that_occur() -> None:
    _, per_class = run(accuracy("top_k: 2 ignore_label: 2", tops=2), SCORES, LABELS)
    np.testing.assert_array_equal(per_class, [1, 1, 0])
    _, per_class = run(accuracy(tops=2), SCORES, LABELS)
    np.testing.assert_array_equal(per_class, [0, 0.5, 0])


def test_no_label_that_counts_gives_0() -> None:
    for y in run(accuracy("ignore_label: 255", tops=2), SCORES, np.full(4, 255, np.float32)):
        assert not y.any()


def test_classes_on_the_last_axis() -> None:
    x = SCORES.reshape(2, 2, 3)
    (y,) = run(accuracy("axis: -1"), x, LABELS.reshape(2, 2))
    assert y == 0.25


def test_cost_and_brief() -> None:
    layer = accuracy("top_k: 5", tops=2)
    bottom = [(2, 7, 3, 4), (2, 3, 4)]
    assert layer.shapes(bottom) == [(), (7,)]
    assert layer.cost(bottom, [(), (7,)]) == Cost(comparisons=192, additions=192, divisions=8)
    assert layer.brief(bottom) == "top 5"


@pytest.mark.parametrize("label", [3, -1, np.nan])
def test_a_label_that_is_no_class_is_refused(label: float) -> None:
    with pytest.raises(
        LayerError, match=f"label {label:g} is no class: there are 3, counted from 0"
    ) as caught:
        accuracy("ignore_label: 255").forward([SCORES, np.array([1, label, 0, 255], np.float32)], ())
    assert caught.value.field == "bottom"
    assert "ignore_label" in str(caught.value.hint)


def test_refusals() -> None:
    text = 'type: "Accuracy" bottom: "x" bottom: "l" top: "y"'
    error = refused(text, (2, 5, 3), (2, 5))
    assert error.what == "2 x 5 holds 10 labels; scores of 2 x 5 x 3 with their classes on axis 1 need 6"
    assert error.field == "bottom"
    error = refused(text + " accuracy_param { top_k: 6 }", (2, 5, 3), (2, 3))
    assert (error.what, error.field) == ("top_k 6 is more than the 5 classes", "top_k")
    error = refused(text + " accuracy_param { axis: 4 }", (2, 5, 3), (2, 3))
    assert (error.what, error.field) == ("axis 4 is out of range for a bottom of 2 x 5 x 3", "axis")
