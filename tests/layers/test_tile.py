"""Tile: copies along one axis."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.layers.base import Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "Tile" bottom: "x" top: "y" tile_param { %s }'


def tile(fields: str) -> Layer:
    return layer_from_text(TEXT % fields)


def test_by_hand() -> None:
    x = np.array([[[1, 2, 3]], [[4, 5, 6]]], np.float32)
    (y,) = run(tile("axis: -1 tiles: 2"), x)
    np.testing.assert_array_equal(y, [[[1, 2, 3, 1, 2, 3]], [[4, 5, 6, 4, 5, 6]]])


def test_channels_by_default() -> None:
    x = noise(2, 3, 4)
    (y,) = run(tile("tiles: 4"), x)
    for channel in range(12):
        np.testing.assert_array_equal(y[:, channel], x[:, channel % 3])
    assert tile("tiles: 4").brief([x.shape]) == "4x"


@pytest.mark.parametrize(
    ("fields", "what", "field"),
    [
        ("", "no tiles", "tiles"),
        ("tiles: 0", "tiles must be at least 1, not 0", "tiles"),
        ("tiles: 2 axis: 3", "axis 3 is out of range for a bottom of 2 x 3 x 4", "axis"),
    ],
)
def test_refusals(fields: str, what: str, field: str) -> None:
    error = refused(TEXT % fields, (2, 3, 4))
    assert (error.what, error.field) == (what, field)
