"""HingeLoss: both norms by hand, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, refused, run

TEXT = 'type: "HingeLoss" bottom: "x" bottom: "l" top: "y" hinge_loss_param { %s }'


def hinge(norm: str = "") -> Layer:
    return layer_from_text(TEXT % norm)


X = np.array([[2, -3, 0], [0.5, 0, -1]], np.float32)
LABELS = np.array([0, 1], np.float32)  # what is lacking: 0 0 1 and 1.5 1 0


@pytest.mark.parametrize(("norm", "expected"), [("", 3.5 / 2), ("norm: L2", (1 + 2.25 + 1) / 2)])
def test_by_hand(norm: str, expected: float) -> None:
    (y,) = run(hinge(norm), X, LABELS)
    assert y == np.float32(expected)
    (y,) = run(hinge(norm), X.reshape(2, 1, 3), LABELS.reshape(2, 1))
    assert y == np.float32(expected)


def test_cost_and_brief() -> None:
    bottom: list[Shape] = [(2, 3), (2,)]
    assert hinge().cost(bottom, [()]) == Cost(additions=12, multiplications=2, comparisons=6, divisions=1)
    assert hinge("norm: L2").cost(bottom, [()]).multiplications == 8
    assert hinge("norm: L2").brief(bottom) == "L2"


def test_a_label_that_is_no_class_is_refused() -> None:
    with pytest.raises(LayerError, match="label 3 is no class: there are 3, counted from 0"):
        hinge().forward([X, np.array([0, 3], np.float32)], ())


@pytest.mark.parametrize(
    ("bottom", "what"),
    [
        (((2, 3), (4,)), "both bottoms must have the same number of items, got 2 x 3 and 4"),
        (((2, 3), (2, 3)), "bottom 1 must hold one value for each of 2 items, got 2 x 3"),
    ],
)
def test_refusals(bottom: tuple[Shape, ...], what: str) -> None:
    error = refused(TEXT % "", *bottom)
    assert (error.what, error.field) == (what, "bottom")
