"""SoftmaxWithLossOHEM: the loss of every place, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "SoftmaxWithLossOHEM" bottom: "x" bottom: "l" top: "y" %s'
THREE = 'top: "p" top: "each" loss_weight: [1, 0, 0] '
X = np.log(np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]], np.float32))
LABELS = np.array([0, 1], np.float32)


def test_the_loss_of_every_place() -> None:
    y, prob, each = run(layer_from_text(TEXT % THREE), X, LABELS)
    np.testing.assert_allclose(each, -np.log([0.5, 0.2]), rtol=1e-5)
    np.testing.assert_allclose(prob, np.exp(X), rtol=1e-5)
    assert y == pytest.approx(each.mean())


def test_ignored_items_count_0() -> None:
    y, _, each = run(layer_from_text(TEXT % (THREE + "loss_param { ignore_label: 1 }")), X, LABELS)
    np.testing.assert_allclose(each, [-np.log(0.5), 0], rtol=1e-5)
    assert y == each[0]


def test_each_is_shaped_like_the_labels() -> None:
    tops = run(layer_from_text(TEXT % THREE), noise(4, 3, 1, 1), np.zeros((4, 1, 1, 1), np.float32))
    assert tops[2].shape == (4, 1, 1, 1)


def test_refusals() -> None:
    error = refused(TEXT % 'top: "p"', (2, 3), (2,))
    assert (error.what, error.field) == ("no loss_weight for 2 tops; give one each", "top")
    error = refused(TEXT % "loss_param { normalization: PRE_FIXED }", (2, 3), (2,))
    assert error.field == "normalization"
    assert layer_from_text(TEXT % "").loss_weights == (1,)
