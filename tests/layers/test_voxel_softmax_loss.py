"""VoxelSoftmaxLoss: the mean log loss of voxels."""

from __future__ import annotations

from math import exp, log

import numpy as np

from support.helpers import layer_from_text, noise, refused, run

TEXT = 'name: "l" type: "VoxelSoftmaxLoss" bottom: "x" bottom: "t" top: "loss"'


def test_equals_plain_loops() -> None:
    x, labels = noise(2, 3, 2, 4, 5), np.random.default_rng(1).integers(0, 3, (2, 1, 2, 4, 5))
    total = 0.0
    for n, depth, h, w in np.ndindex(2, 2, 4, 5):
        powers = [exp(float(x[n, c, depth, h, w])) for c in range(3)]
        total -= log(powers[labels[n, 0, depth, h, w]] / sum(powers))
    (loss,) = run(layer_from_text(TEXT), x, labels.astype(np.float32))
    np.testing.assert_allclose(loss, total / (2 * 2 * 4 * 5), rtol=1e-5)


def test_labels_that_are_too_few_are_refused() -> None:
    assert refused(TEXT, (2, 3, 2, 4, 5), (2, 1, 4, 5))
    assert "needs a bottom of 5 axes, got 4" in refused(TEXT, (2, 3, 4, 5), (2, 1, 4, 5)).what
