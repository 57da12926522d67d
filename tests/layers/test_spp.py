"""SPP: levels against Pooling and by hand, and images that are too small."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import TRAIN, Shape
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "SPP" bottom: "x" top: "y" spp_param { %s }'


def spp(fields: str) -> Layer:
    return layer_from_text(TEXT % fields)


def test_by_hand() -> None:
    x = np.array([[1, 2, 9], [4, 3, 0]], np.float32).reshape(1, 1, 2, 3)
    (y,) = run(spp("pyramid_height: 2"), x)
    np.testing.assert_array_equal(y, [[9, 1, 9, 4, 3]])  # the pad of 1 stands in the left windows
    (y,) = run(spp("pyramid_height: 2 pool: AVE"), x)
    np.testing.assert_allclose(y, [[19 / 6, 1 / 2, 11 / 2, 4 / 2, 3 / 2]], rtol=1e-6)


def test_one_level_is_global_pooling() -> None:
    x = noise(2, 3, 5, 7)
    (y,) = run(spp("pyramid_height: 1 pool: AVE"), x)
    np.testing.assert_allclose(y, x.mean(axis=(2, 3), keepdims=True), rtol=1e-4, atol=1e-6)


def test_every_level_is_a_pooling_layer() -> None:
    x = noise(2, 3, 13, 18)
    (y,) = run(spp("pyramid_height: 3"), x)
    fields = "kernel_h: 4 kernel_w: 5 stride_h: 4 stride_w: 5 pad_h: 2 pad_w: 1"
    (last,) = run(layer_from_text(f'type: "Pooling" bottom: "x" top: "y" pooling_param {{ {fields} }}'), x)
    assert y.shape == (2, 3 * 21)
    np.testing.assert_array_equal(y[:, 15:], last.reshape(2, -1))


def test_stochastic_draws_again_at_every_forward() -> None:
    layer = layer_from_text(TEXT % "pyramid_height: 2 pool: STOCHASTIC", TRAIN, seed=3)
    x = abs(noise(2, 3, 16, 24))
    first, second = layer.forward([x], ())[0], layer.forward([x], ())[0]
    assert first.shape == (2, 15)
    assert np.isin(first, x).all()
    assert (first != second).any()


def test_cost_and_brief() -> None:
    layer = spp("pyramid_height: 2")
    shape = (2, 3, 5, 7)
    assert layer.cost([shape], [(2, 15)]) == Cost(comparisons=2 * 2 * 3 * 35)
    assert layer.brief([shape]) == "MAX 2 levels"


@pytest.mark.parametrize(
    ("fields", "shape", "what", "field"),
    [
        ("", (2, 3, 5, 7), "no pyramid_height", "pyramid_height"),
        ("pyramid_height: 0", (2, 3, 5, 7), "pyramid_height must be at least 1, not 0", "pyramid_height"),
        (
            "pyramid_height: 3",
            (2, 3, 13, 5),
            "level 2 cannot cut 5 values into 4: a window of 2 would have a pad of 2",
            "pyramid_height",
        ),
        (
            "pyramid_height: 2 pool: STOCHASTIC",
            (2, 3, 13, 8),
            "level 1 cannot cut 13 values into 2: a window of 7 would have a pad of 1",
            "pyramid_height",
        ),
        ("pyramid_height: 2", (2, 3, 5), "needs a bottom of 4 axes, got 3: 2 x 3 x 5", "bottom"),
    ],
)
def test_refusals(fields: str, shape: Shape, what: str, field: str) -> None:
    error = refused(TEXT % fields, shape)
    assert (error.what, error.field) == (what, field)
