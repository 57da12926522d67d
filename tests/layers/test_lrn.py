"""LRN: both regions by hand, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, run


def lrn(fields: str) -> Layer:
    return layer_from_text(f'type: "LRN" bottom: "x" top: "y" lrn_param {{ {fields} }}')


def test_across_channels_by_hand() -> None:
    x = np.array([1, 2, 3, 4], np.float32).reshape(1, 4, 1, 1)
    (y,) = run(lrn("local_size: 3 alpha: 3 beta: 1 k: 2"), x)
    np.testing.assert_allclose(y.ravel(), [1 / 7, 2 / 16, 3 / 31, 4 / 27], rtol=1e-6)


def test_across_channels_equals_plain_loops() -> None:
    x = noise(2, 7, 3, 4)
    (y,) = run(lrn("local_size: 5 alpha: 0.3 beta: 0.75 k: 1.5"), x)
    for n, c, h, w in np.ndindex(*x.shape):
        near = sum(float(x[n, i, h, w]) ** 2 for i in range(max(c - 2, 0), min(c + 3, 7)))
        assert y[n, c, h, w] == pytest.approx(x[n, c, h, w] * (1.5 + 0.3 / 5 * near) ** -0.75, rel=1e-4)


def test_within_channel_by_hand_ignores_k() -> None:
    x = np.array([1, 2, 3], np.float32).reshape(1, 1, 1, 3)
    (y,) = run(lrn("norm_region: WITHIN_CHANNEL local_size: 3 alpha: 9 beta: 1 k: 5"), x)
    np.testing.assert_allclose(y.ravel(), [1 / 6, 2 / 15, 3 / 14], rtol=1e-6)


def test_defaults_and_a_zero_neighbourhood() -> None:
    layer = layer_from_text('type: "LRN" bottom: "x" top: "y"')
    assert layer.brief([]) == "across 5"
    (y,) = run(lrn("k: 0"), np.zeros((1, 2, 3, 4), np.float32))
    assert np.isnan(y).all()


def test_cost() -> None:
    shape = (2, 3, 4, 5)
    expected = Cost(multiplications=360, additions=720, exponentials=120)
    assert lrn("local_size: 5").cost([shape], [shape]) == expected


def test_refusals() -> None:
    with pytest.raises(LayerError, match="local_size must be odd, not 4") as caught:
        lrn("local_size: 4")
    assert caught.value.field == "local_size"
    with pytest.raises(LayerError, match="needs a bottom of at least 4 axes, got 2"):
        lrn("").shapes([(3, 4)])


def test_across_channels_over_clips_equals_plain_loops() -> None:
    x = noise(2, 7, 3, 4, 5)
    (y,) = run(lrn("local_size: 3 alpha: 0.3 beta: 0.5 k: 1.5"), x)
    for n, c, *place in np.ndindex(*x.shape):
        near = sum(float(x[(n, i, *place)]) ** 2 for i in range(max(c - 1, 0), min(c + 2, 7)))
        expected = x[(n, c, *place)] * (1.5 + 0.1 * near) ** -0.5
        np.testing.assert_allclose(y[(n, c, *place)], expected, rtol=1e-5)


def test_within_channel_takes_images_only() -> None:
    with pytest.raises(LayerError, match="needs a bottom of 4 axes, got 5") as caught:
        lrn("local_size: 3 norm_region: WITHIN_CHANNEL").shapes([(2, 3, 4, 5, 6)])
    assert "ACROSS_CHANNELS takes more" in str(caught.value.hint)
