"""CropCenter: margins of every axis, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.layers.base import Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "CropCenter" bottom: "x" top: "y" crop_center_param { %s }'


def crop(*sizes: int) -> Layer:
    return layer_from_text(TEXT % " ".join(f"crop_size: {size}" for size in sizes))


def test_images() -> None:
    x = noise(2, 3, 7, 9)
    (y,) = run(crop(0, 0, 1, 3), x)
    np.testing.assert_array_equal(y, x[:, :, 1:6, 3:6])
    assert crop(0, 0, 1, 3).brief([x.shape]) == "-0x0x1x3"


def test_every_axis() -> None:
    x = noise(3, 5, 4)
    np.testing.assert_array_equal(run(crop(1, 2, 0), x)[0], x[1:2, 2:3])


@pytest.mark.parametrize(
    ("sizes", "what"),
    [
        ("", "0 values of crop_size for 4 axes (2 x 3 x 7 x 9); give one each"),
        ("crop_size: 1", "1 values of crop_size for 4 axes (2 x 3 x 7 x 9); give one each"),
        ("crop_size: [0, 0, 0, 5]", "axis 3: crop_size 5 on both sides leaves nothing of 9"),
        ("crop_size: [1, 0, 0, 0]", "axis 0: crop_size 1 on both sides leaves nothing of 2"),
    ],
)
def test_refusals(sizes: str, what: str) -> None:
    error = refused(TEXT % sizes, (2, 3, 7, 9))
    assert (error.what, error.field) == (what, "crop_size")
