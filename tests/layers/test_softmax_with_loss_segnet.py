"""SoftmaxWithLoss of SegNet: weights of classes, the divisor of the sum, and the fields that Caffe's does not have."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Shape
from prototxt.layers.base import Cost, Layer
from prototxt.layers.softmax import softmax
from prototxt.layers.softmax_with_loss import SoftmaxWithLoss
from prototxt.layers.softmax_with_loss_segnet import SegNetSoftmaxWithLoss
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "SoftmaxWithLoss" bottom: "x" bottom: "label" top: "y" loss_param { %s }'
WEIGHTED = "weight_by_label_freqs: true class_weighting: [2, 0.5, 1]"
X = noise(2, 3, 2)
LABELS = np.array([[0, 2], [1, 1]], np.float32)
PROB = softmax(X, 1)
EACH = -np.log([PROB[0, 0, 0], PROB[0, 2, 1], PROB[1, 1, 0], PROB[1, 1, 1]])


def loss(fields: str = "") -> Layer:
    return layer_from_text(TEXT % fields, dialect="segnet")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("", EACH.sum() / 4),
        ("normalize: false", EACH.sum() / 2),
        ("class_weighting: [2, 0, 1]", EACH.sum() / 4),
        (WEIGHTED, EACH @ [2, 1, 0.5, 0.5] / 4),
        (f"{WEIGHTED} ignore_label: 1", EACH[:2] @ [2, 1] / 2),
        (f"{WEIGHTED} ignore_label: 1 normalize: false", EACH[:2] @ [2, 1] / 2),
        ("ignore_label: 1 normalize: true", EACH[:2].sum() / 2),
    ],
)
def test_by_hand(fields: str, expected: float) -> None:
    (y,) = run(loss(fields), X, LABELS)
    np.testing.assert_allclose(y, expected, rtol=1e-5)


def test_nothing_that_counts_is_not_a_number() -> None:
    (y,) = run(loss("ignore_label: 7"), X, np.full((2, 2), 7, np.float32))
    assert np.isnan(y)


def test_its_fields_decide_the_fork() -> None:
    assert type(layer_from_text(TEXT % WEIGHTED)) is SegNetSoftmaxWithLoss
    assert type(layer_from_text(TEXT % "ignore_label: 1")) is SoftmaxWithLoss


def test_cost() -> None:
    bottom: list[Shape] = [(2, 3, 2), (2, 2)]
    plain = layer_from_text(TEXT % "").cost(bottom, [()])
    assert loss().cost(bottom, [()]) == plain
    assert loss(WEIGHTED).cost(bottom, [()]) == plain + Cost(multiplications=4)


def test_refusals() -> None:
    error = refused(TEXT % "weight_by_label_freqs: true class_weighting: [1, 2]", (2, 3), (2,))
    assert (error.what, error.field) == (
        "2 values of class_weighting for 3 classes; give one each",
        "class_weighting",
    )
    assert refused(TEXT % f"{WEIGHTED} normalization: FULL").field == "normalization"
