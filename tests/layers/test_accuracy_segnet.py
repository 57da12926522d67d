"""Accuracy of SegNet: ties, absent classes, and nothing that counts."""

from __future__ import annotations

import numpy as np

from prototxt.layers.accuracy import Accuracy
from prototxt.layers.accuracy_segnet import SegNetAccuracy
from prototxt.layers.base import Layer
from support.helpers import layer_from_text, noise, run

TEXT = 'type: "Accuracy" bottom: "x" bottom: "label" top: "y" %s accuracy_param { %s }'


def accuracy(fields: str = "", tops: str = "") -> Layer:
    return layer_from_text(TEXT % (tops, fields), dialect="segnet")


def test_the_dialect_tells() -> None:
    assert type(accuracy()) is SegNetAccuracy
    assert type(layer_from_text(TEXT % ("", ""))) is Accuracy


def test_of_equal_scores_the_last_is_best() -> None:
    x = np.ones((4, 3), np.float32)
    label = np.array([0, 1, 2, 2], np.float32)
    assert run(accuracy(), x, label)[0] == 0.5
    assert run(accuracy("top_k: 2"), x, label)[0] == 0.75
    assert run(layer_from_text(TEXT % ("", "")), x, label)[0] == 0


def test_absent_classes_count_as_1() -> None:
    y, each = run(accuracy(tops='top: "each"'), np.eye(3, dtype=np.float32), np.array([0, 0, 0], np.float32))
    assert y == np.float32(1 / 3)
    np.testing.assert_allclose(each.ravel(), [1 / 3, 1, 1], rtol=1e-6)
    assert each.shape == (3, 1, 1, 1)


def test_nothing_that_counts_is_not_a_number() -> None:
    (y,) = run(accuracy("ignore_label: 7"), noise(2, 3), np.full(2, 7, np.float32))
    assert np.isnan(y)
