"""Upsample of SegNet: places by hand, sizes, and masks that do not fit."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "Upsample" bottom: "x" bottom: "mask" top: "y" upsample_param { %s }'


def upsample(fields: str = "") -> Layer:
    return layer_from_text(TEXT % fields)


def test_values_go_where_the_mask_says() -> None:
    x = np.array([[[[1, 2, 3]], [[4, 5, 6]]]], np.float32)
    mask = np.array([[[[0, 7.9, 11]], [[5, 5, 2]]]], np.float32)
    (y,) = run(upsample(), x, mask)
    want = np.zeros((2, 12), np.float32)
    want[0, [0, 7, 11]], want[1, [5, 2]] = [1, 2, 3], [5, 6]
    np.testing.assert_array_equal(y, want.reshape(1, 2, 2, 6))


def test_undoes_pooling() -> None:
    x = noise(2, 3, 6, 10)
    pool = layer_from_text(
        'type: "Pooling" bottom: "x" top: "p" top: "m" pooling_param { kernel_size: 2 stride: 2 }'
    )
    (y,) = run(upsample(), *run(pool, x))
    np.testing.assert_array_equal(y[y != 0], x[y != 0])
    assert (y != 0).sum() == x.size // 4


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ("", (6, 10)),
        ("scale: 3", (9, 15)),
        ("scale_h: 2 scale_w: 3", (6, 15)),
        ("pad_out_h: true", (5, 10)),
        ("scale_h: 3 scale_w: 2 pad_out_w: true", (9, 9)),
        ("scale: 4 upsample_h: 5 upsample_w: 11", (5, 11)),
        ("upsample_h: 7", (6, 10)),
    ],
)
def test_sizes(fields: str, size: tuple[int, int]) -> None:
    shape = (2, 4, 3, 5)
    assert upsample(fields).shapes([shape, shape]) == [(2, 4, *size)]
    assert upsample(fields).brief([shape, shape]) == f"to {size[0]}x{size[1]}"


@pytest.mark.parametrize("place", [-1, 60, np.nan, np.inf])
def test_a_mask_outside_of_the_top_is_refused(place: float) -> None:
    mask = np.full((1, 1, 3, 5), place, np.float32)
    with pytest.raises(LayerError, match=f"the mask holds {place:g}, the top of 6 x 10 holds 0 to 59"):
        upsample().forward([mask, mask], ())


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ("scale: 1", "scale"),
        ("scale_h: 2", "scale_h"),
        ("scale_w: 2", "scale_w"),
        ("scale: 2 scale_h: 2 scale_w: 2", "scale_h"),
        ("scale_h: 2 scale_w: 1", "scale_w"),
        ("scale: 3 pad_out_h: true", "pad_out_h"),
        ("upsample_h: 1 upsample_w: 4", "upsample_h"),
        ("upsample_h: 4 upsample_w: 1", "upsample_w"),
    ],
)
def test_refused_fields(fields: str, field: str) -> None:
    assert refused(TEXT % fields).field == field


def test_refused_bottoms() -> None:
    assert refused(TEXT % "", (1, 2, 3, 4), (1, 2, 3, 5)).field == "bottom"
    assert refused(TEXT % "", (1, 2, 3), (1, 2, 3)).field == "bottom"
