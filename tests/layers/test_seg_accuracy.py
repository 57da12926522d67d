"""SegAccuracy: shares by hand, ties, labels that do not count, and adding up."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Array
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, refused, run

TEXT = 'type: "SegAccuracy" bottom: "x" bottom: "label" top: "y" seg_accuracy_param { %s }'


def accuracy(fields: str = "") -> Layer:
    return layer_from_text(TEXT % fields)


def scores(*guesses: int, classes: int = 4) -> Array:
    """One image of one row, each pixel with one class ahead."""
    return np.eye(classes, dtype=np.float32)[list(guesses)].T[None, :, None].copy()


def labels(*values: float) -> Array:
    return np.array(values, np.float32)[None, None, None]


def test_by_hand() -> None:
    (y,) = run(accuracy(), scores(0, 1, 1, 2, 0), labels(0, 0, 1, 2, 2))
    recall = (1 / 2 + 1 + 1 / 2) / 3
    iou = (1 / 3 + 1 / 2 + 1 / 2 + 1) / 4  # class 3 is neither there nor guessed
    np.testing.assert_allclose(y.ravel(), [3 / 5, recall, iou], rtol=1e-6)


def test_of_equal_scores_the_last_class_is_guessed() -> None:
    (y,) = run(accuracy(), np.ones((1, 3, 1, 2), np.float32), labels(2, 0))
    assert y.ravel()[0] == 0.5


def test_labels_that_do_not_count() -> None:
    (y,) = run(accuracy("ignore_label: 255 ignore_label: 3"), scores(0, 1, 1), labels(0, 255, 3))
    assert y.ravel().tolist() == [1, 1, 1]
    (y,) = run(accuracy("ignore_label: 0"), scores(0, 1), labels(0, 0))
    assert y.ravel().tolist() == [0, 0, 1]


def test_adds_up_over_forwards() -> None:
    layer = accuracy("reset: false")
    assert layer.stateful
    assert not accuracy().stateful
    run(layer, scores(0, 1), labels(0, 1))
    (y,) = run(layer, scores(0, 1), labels(1, 0))
    assert y.ravel()[0] == 0.5


def test_a_label_that_is_no_class() -> None:
    with pytest.raises(LayerError, match="label 4 is no class: there are 4"):
        accuracy().forward([scores(0), labels(4)], ())


def test_cost() -> None:
    assert accuracy().cost([(2, 3, 4, 5), (2, 1, 4, 5)], []) == Cost(
        comparisons=160, additions=120, divisions=9
    )


@pytest.mark.parametrize("label", [(2, 2, 4, 5), (1, 1, 4, 5), (2, 1, 5, 5), (2, 1, 4, 5, 1)])
def test_labels_that_do_not_fit(label: tuple[int, ...]) -> None:
    assert refused(TEXT % "", (2, 3, 4, 5), label).field == "bottom"
