"""SmoothL1Loss of Faster R-CNN: sums by hand, weights, which meaning is taken, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from prototxt.layers.base import LayerSettings
from prototxt.layers.registry import resolve_type
from prototxt.layers.smooth_l1_loss_fasterrcnn import SmoothL1LossFasterRCNN
from support.helpers import layer_from_text, layer_message, noise, refused, run

TEXT = 'type: "SmoothL1Loss" bottom: "a" bottom: "b" %s top: "y" smooth_l1_loss_param { sigma: %g }'
WEIGHTS = 'bottom: "in" bottom: "out"'
A = np.array([[0.1, -2], [3, 0]], np.float32)
B = np.zeros((2, 2), np.float32)


def test_by_hand() -> None:
    (y,) = run(layer_from_text(TEXT % ("", 1)), A, B)
    assert y == pytest.approx((0.005 + 1.5 + 2.5) / 2)
    (y,) = run(layer_from_text(TEXT % ("", 3)), A, B)  # the bend is at 1/9
    assert y == pytest.approx((0.5 * 9 * 0.01 + 2 - 1 / 18 + 3 - 1 / 18) / 2)


def test_weights_inside_and_outside() -> None:
    inside, outside = np.array([[1, 0], [0.1, 1]], np.float32), np.array([[2, 2], [4, 4]], np.float32)
    (y,) = run(layer_from_text(TEXT % (WEIGHTS, 1)), A, B, inside, outside)
    assert y == pytest.approx((2 * 0.005 + 4 * 0.5 * 0.09) / 2)


def test_it_counts_nothing_without_a_loss_weight() -> None:
    assert layer_from_text(TEXT % ("", 1)).loss_weights == (0,)
    assert layer_from_text(TEXT % ("", 1) + " loss_weight: 0.5").loss_weights == (0.5,)


@pytest.mark.parametrize(
    ("text", "dialect", "fork"),
    [
        (WEIGHTS, "", "fasterrcnn"),
        (WEIGHTS, "rfcn", "fasterrcnn"),
        ("smooth_l1_loss_param { sigma: 3 }", "rfcn", "fasterrcnn"),
        ("", "rfcn", "rfcn"),
        ('bottom: "w"', "", "rfcn"),
        ('top: "each"', "", "rfcn"),
        ("loss_param { normalization: FULL }", "rfcn", "rfcn"),
    ],
)
def test_meanings(text: str, dialect: str, fork: str) -> None:
    param = layer_message(f'type: "SmoothL1Loss" bottom: "a" bottom: "b" top: "y" {text}')
    assert resolve_type(param, LayerSettings(dialect=dialect)).layer_class.fork == fork


def test_refusals() -> None:
    # R-FCN's layer takes 3 bottoms, this one does not: the dialect does not set them apart.
    with pytest.raises(LayerError, match="3 bottoms: weights come in twos, inside and outside") as caught:
        SmoothL1LossFasterRCNN(layer_message(TEXT % ('bottom: "w"', 1)))
    assert caught.value.field == "bottom"
    error = refused(TEXT % ("", 0), (2, 2), (2, 2))
    assert (error.what, error.field) == ("sigma must be above 0, not 0", "sigma")
    error = refused(TEXT % ("", 1), (2, 3), (2, 4))
    assert error.what == "all bottoms must be alike in N, C, H and W, got 2 x 3 and 2 x 4"
    error = refused(TEXT % ("", 1), (2, 3, 1, 1, 1), (2, 3, 1, 1, 1))
    assert error.what == "needs a bottom of 1 to 4 axes, got 5: 2 x 3 x 1 x 1 x 1"


def test_axes_of_1_may_be_there_or_not() -> None:
    a, b = noise(3, 4), noise(3, 4, 1, 1, seed=1)
    (y,) = run(layer_from_text(TEXT % ("", 1)), a, b)
    (same,) = run(layer_from_text(TEXT % ("", 1)), a, b.reshape(3, 4))
    assert y == same


def test_cost() -> None:
    layer = layer_from_text(TEXT % (WEIGHTS, 1))
    cost = layer.cost([(2, 3)] * 4, [()])
    assert (cost.additions, cost.multiplications, cost.comparisons, cost.divisions) == (18, 24, 6, 1)
