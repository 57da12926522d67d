"""VoxelSoftmax: probabilities of every voxel."""

from __future__ import annotations

import numpy as np

from support.helpers import layer_from_text, noise, refused, run

TEXT = 'name: "p" type: "VoxelSoftmax" bottom: "x" top: "y"'


def test_by_hand() -> None:
    x = np.zeros((1, 2, 1, 1, 3), np.float32)
    x[0, 0, 0, 0] = np.log([1, 3, 4])
    (y,) = run(layer_from_text(TEXT), x)
    np.testing.assert_allclose(y[0, 0, 0, 0], [1 / 2, 3 / 4, 4 / 5], rtol=1e-6)


def test_channels_sum_to_one_at_every_voxel() -> None:
    (y,) = run(layer_from_text(TEXT), noise(2, 3, 4, 5, 6))
    np.testing.assert_allclose(y.sum(1), np.ones((2, 4, 5, 6)), rtol=1e-6)


def test_a_bottom_of_four_axes_is_refused() -> None:
    assert "needs a bottom of 5 axes, got 4" in refused(TEXT, (2, 3, 5, 6)).what
