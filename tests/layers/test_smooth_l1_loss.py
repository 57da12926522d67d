"""SmoothL1Loss as SSD means it."""

from __future__ import annotations

from prototxt.layers.smooth_l1_loss import SmoothL1Loss
from support.helpers import floats, layer_from_text, layer_message, noise, refused, run

LOSS = 'type: "SmoothL1Loss" bottom: "a" bottom: "b" top: "y"'


def ssd(text: str = LOSS) -> SmoothL1Loss:
    layer = layer_from_text(text, dialect="ssd")
    assert isinstance(layer, SmoothL1Loss)
    return layer


def test_small_and_large_differences() -> None:
    """0.5 gives 0.125, 1 and -3 give 0.5 and 2.5: 3.125 over 2 items."""
    a, b = floats([[0.5, 1], [0, 0]]), floats([[0, 0], [3, 0]])
    (y,) = run(ssd(), a, b)
    assert y == 3.125 / 2


def test_axes_of_one_do_not_count() -> None:
    (y,) = run(ssd(), noise(2, 3), noise(2, 3, 1, 1))
    assert y == 0


def test_it_is_a_loss() -> None:
    assert ssd().loss_weights == (1.0,)
    assert ssd().cost([(2, 3), (2, 3)], [()]).comparisons == 6


def test_signs() -> None:
    two = layer_message(LOSS)
    assert SmoothL1Loss.matches(two, None) is None
    four = layer_message('type: "SmoothL1Loss" bottom: "a" bottom: "b" bottom: "c" bottom: "d" top: "y"')
    assert SmoothL1Loss.matches(four, None) is False
    sigma = layer_message(LOSS + " smooth_l1_loss_param { sigma: 3 }")
    assert SmoothL1Loss.matches(sigma, None) is False


def test_refused() -> None:
    assert "2 x 3 and 2 x 4" in refused(LOSS, (2, 3), (2, 4)).what
    assert refused(LOSS, (2, 3), (1, 3)).field == "bottom"
