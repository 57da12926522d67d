"""SmoothL1Loss of R-FCN: SmoothL1LossOHEM under another name."""

from __future__ import annotations

import numpy as np

from support.helpers import layer_from_text, noise, run

TEXT = 'type: "%s" bottom: "a" bottom: "b" bottom: "w" top: "y" top: "each"'


def test_equals_smooth_l1_loss_ohem() -> None:
    bottom = [noise(5, 8, 2, 3, seed=i) for i in range(3)]
    layer = layer_from_text(TEXT % "SmoothL1Loss")
    assert (layer.type, layer.fork) == ("SmoothL1Loss", "rfcn")
    for got, want in zip(
        run(layer, *bottom), run(layer_from_text(TEXT % "SmoothL1LossOHEM"), *bottom), strict=True
    ):
        np.testing.assert_array_equal(got, want)
