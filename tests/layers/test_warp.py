"""Warp: FlowWarp by PWC-Net's name, always 0 outside of the image."""

from __future__ import annotations

import numpy as np

from support.helpers import floats, layer_from_text, noise, refused, run

TEXT = 'type: "Warp" bottom: "x" bottom: "flow" top: "y"'


def test_by_hand() -> None:
    """Half a pixel to the right, one down: the mean of two neighbours in the row below; the last row has none."""
    x = floats(np.arange(8)).reshape(1, 1, 2, 4)
    flow = floats([[[[0.5] * 4] * 2, [[1] * 4] * 2]])
    (y,) = run(layer_from_text(TEXT), x, flow)
    assert y[0, 0].tolist() == [[4.5, 5.5, 6.5, 7], [0, 0, 0, 0]]


def test_it_is_flow_warp() -> None:
    x, flow = noise(2, 3, 5, 7), 3 * noise(2, 2, 5, 7, seed=1)
    (y,) = run(layer_from_text(TEXT), x, flow)
    (want,) = run(layer_from_text(TEXT.replace("Warp", "FlowWarp")), x, flow)
    np.testing.assert_array_equal(y, want)
    assert (y == 0).any()


def test_refusals() -> None:
    assert "it must be 1 x 2 x 3 x 4" in refused(TEXT, (1, 3, 3, 4), (1, 3, 3, 4)).what
