"""UniqueLabel: lists by hand, and too many labels."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from prototxt.layers.base import Cost
from support.helpers import layer_from_text, refused, run

TEXT = 'type: "UniqueLabel" bottom: "x" top: "y" unique_label_param { %s }'
X = np.array([[3, 1, 3, 255], [0, 0, 7, 1]], np.float32).reshape(2, 1, 2, 2)


def test_by_hand() -> None:
    (y,) = run(layer_from_text(TEXT % "max_labels: 4"), X)
    assert y[:, :, 0, 0].tolist() == [[1, 3, 255, -1], [0, 1, 7, -1]]


def test_ignored_and_forced() -> None:
    (y,) = run(
        layer_from_text(
            TEXT % "max_labels: 5 ignore_label: 255 ignore_label: 0 force_label: 0 force_label: 3"
        ),
        X,
    )
    assert y[:, :, 0, 0].tolist() == [[0, 1, 3, -1, -1], [0, 1, 3, 7, -1]]


def test_too_many() -> None:
    with pytest.raises(LayerError, match="3 different labels in an image, more than max_labels 2"):
        layer_from_text(TEXT % "max_labels: 2").forward([X], ())


def test_cost_and_refusals() -> None:
    assert layer_from_text(TEXT % "max_labels: 2 ignore_label: 1").cost([X.shape], []) == Cost(comparisons=16)
    assert refused(TEXT % "max_labels: 0").field == "max_labels"
    assert refused(TEXT % "max_labels: 2", ()).field == "bottom"
