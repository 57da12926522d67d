"""SoftmaxWithLoss: logarithms by hand, every divisor, weights, the second top, and what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Shape
from prototxt.errors import LayerError
from prototxt.explain.breakdown.values import explain_value
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "SoftmaxWithLoss" bottom: "x" bottom: "l" top: "y" %s'


def loss(fields: str = "", extra: str = "") -> Layer:
    return layer_from_text(TEXT % f"loss_param {{ {fields} }} {extra}")


# Probabilities of two images with three classes at two places; labels 0, 2 and 1, 1.
PROB = np.array([[[0.5, 0.1], [0.3, 0.2], [0.2, 0.7]], [[0.2, 0.25], [0.4, 0.25], [0.4, 0.5]]])
X = np.log(PROB).astype(np.float32)
LABELS = np.array([[0, 2], [1, 1]], np.float32)
EACH = -np.log(np.array([0.5, 0.7, 0.4, 0.25]))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("", EACH.sum() / 4),
        ("normalization: FULL", EACH.sum() / 4),
        ("normalization: BATCH_SIZE", EACH.sum() / 2),
        ("normalization: NONE", EACH.sum()),
        ("normalize: true", EACH.sum() / 4),
        ("normalize: false", EACH.sum() / 2),
        ("normalize: false normalization: FULL", EACH.sum() / 4),
        ("ignore_label: 1", EACH[:2].sum() / 2),
        ("ignore_label: 1 normalization: FULL", EACH[:2].sum() / 4),
        ("ignore_label: 2 normalize: true", EACH[[0, 2, 3]].sum() / 3),
    ],
)
def test_by_hand(fields: str, expected: float) -> None:
    (y,) = run(loss(fields), X, LABELS)
    np.testing.assert_allclose(y, expected, rtol=1e-5)


def test_another_axis_and_probabilities_as_second_top() -> None:
    x = np.ascontiguousarray(X.transpose(0, 2, 1))
    y, prob = run(loss(extra='top: "p" softmax_param { axis: -1 }'), x, LABELS.reshape(2, 2, 1))
    np.testing.assert_allclose(y, EACH.mean(), rtol=1e-5)
    np.testing.assert_allclose(prob, PROB.transpose(0, 2, 1), rtol=1e-5)


def test_a_probability_of_0_counts_as_the_least_number() -> None:
    (y,) = run(loss(), np.array([[1000, 0, 0]], np.float32), np.array([1], np.float32))
    np.testing.assert_allclose(y, -np.log(np.finfo(np.float32).tiny), rtol=1e-6)


def test_nothing_that_counts_gives_0() -> None:
    (y,) = run(loss("ignore_label: 255"), X, np.full((2, 2), 255, np.float32))
    assert y == 0


def test_a_label_that_is_no_class_is_refused() -> None:
    with pytest.raises(LayerError, match="label 255 is no class: there are 3, counted from 0") as caught:
        loss().forward([noise(2, 3), np.array([255, 1], np.float32)], ())
    assert "ignore_label" in str(caught.value.hint)


def test_cost() -> None:
    bottom: list[Shape] = [(2, 3, 5), (2, 5)]
    softmax = Cost(comparisons=30, additions=60, exponentials=30, divisions=30)
    rest = Cost(comparisons=10, exponentials=10, additions=10, divisions=1)
    assert loss().cost(bottom, [()]) == softmax + rest
    assert loss("ignore_label: 0").cost(bottom, [()]) == softmax + rest + Cost(comparisons=10)


@pytest.mark.parametrize(
    ("fields", "bottom", "what", "field"),
    [
        ("", ((2, 3), (4,)), "both bottoms must have the same number of items, got 2 x 3 and 4", "bottom"),
        (
            "",
            ((2, 3, 4, 5), (2, 4)),
            "2 x 4 holds 8 labels; scores of 2 x 3 x 4 x 5 with their classes on axis 1 need 40",
            "bottom",
        ),
        ("softmax_param { axis: 3 }", ((2, 3), (2,)), "axis 3 is out of range for a bottom of 2 x 3", "axis"),
        (
            "loss_param { normalization: PRE_FIXED }",
            (),
            "normalization PRE_FIXED (100) is not for this layer: give FULL, VALID, BATCH_SIZE or NONE",
            "normalization",
        ),
        (
            "loss_weight: 1 loss_weight: 0",
            (),
            "2 values of loss_weight for 1 tops; give one each, or none",
            "loss_weight",
        ),
    ],
)
def test_refusals(fields: str, bottom: tuple[Shape, ...], what: str, field: str) -> None:
    error = refused(TEXT % fields, *bottom)
    assert (error.what, error.field) == (what, field)


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize("shape", [(2, 1, 3, 4), (2, 12), (2,)], ids=["places", "flat", "items"])
def test_weights_of_a_third_bottom(shape: tuple[int, ...], engine: str) -> None:
    net = prototxt.parse_net(
        'input: "x" input: "t" input: "w" input_shape { dim: 2 dim: 5 dim: 3 dim: 4 } '
        "input_shape { dim: 2 dim: 1 dim: 3 dim: 4 } "
        f"input_shape {{ {' '.join(f'dim: {size}' for size in shape)} }} "
        'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "x" bottom: "t" bottom: "w" top: "y" '
        "loss_param { ignore_label: 3 } }"
    )
    net.engine = engine
    x, weights = noise(2, 5, 3, 4), np.abs(noise(*shape, seed=2))
    labels = np.random.default_rng(1).integers(5, size=(2, 1, 3, 4)).astype(np.float32)
    total, counted = 0.0, 0
    for n, h, w in np.ndindex(2, 3, 4):
        label = int(labels[n, 0, h, w])
        if label != 3:
            scores = [float(x[n, c, h, w]) for c in range(5)]
            loss = math.log(sum(math.exp(score) for score in scores)) - scores[label]
            weight = weights[n] if shape == (2,) else weights.reshape(2, 3, 4)[n, h, w]
            total, counted = total + loss * float(weight), counted + 1
    assert 0 < counted < 24
    y = float(net.forward(x=x, t=labels, w=weights)["y"])
    assert y == pytest.approx(total / counted, rel=1e-5)
    assert explain_value(net, "loss", ()).agrees


def test_weights_are_as_many_as_labels_or_items() -> None:
    text = 'type: "SoftmaxWithLoss" bottom: "x" bottom: "t" bottom: "w" top: "y"'
    error = refused(text, (2, 5, 3, 4), (2, 1, 3, 4), (3,))
    assert error.what == "3 weights: give one for each of 24 labels, or for each item"
    assert error.field == "bottom"
