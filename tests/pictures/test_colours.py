"""Colours: even steps, neutral zero, ends, what is not finite."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from prototxt.blobs import Array
from prototxt.pictures.colours import (
    LABELS,
    NOT_FINITE,
    STEPS,
    Map,
    Scale,
    colour_pixels,
    colour_table,
    label_colour,
    label_colours,
)
from prototxt.pictures.colours import lightness as luminance_of
from support.helpers import noise

NEUTRAL = 245
"""What 0 is in the diverging map: a gray that is nearly white."""


def lightness(table: NDArray[np.uint8]) -> NDArray[np.float64]:
    """CIE L* of sRGB colours: another measure of lightness than the one the maps are made with."""
    value = table / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    star: NDArray[np.float64] = 116 * np.cbrt(luminance) - 16
    return star


def of(*values: float) -> Array:
    return np.array(values, np.float32)


def test_sequential_goes_from_dark_to_light_evenly() -> None:
    light = lightness(colour_table("sequential"))
    assert light[0] < 10
    assert light[-1] > 94
    sixteenths = np.diff(light[:: STEPS // 16])
    assert sixteenths.min() > 0.6 * sixteenths.max()


def test_diverging_is_darkest_at_its_ends_and_even() -> None:
    light = lightness(colour_table("diverging"))
    middle = STEPS // 2
    assert light.argmax() == middle
    up, down = np.diff(light[: middle + 1 : 32]), -np.diff(light[middle::32])
    assert min(up.min(), down.min()) > 0
    np.testing.assert_allclose(light[::-1], light, atol=6)  # both signs weigh the same


def test_blue_is_negative_red_is_positive_zero_is_neutral() -> None:
    low, zero, high = Scale.of(of(-2, 0, 1)).colours(of(-2, 0, 2)).astype(int)
    assert low[2] > low[0] + 60
    assert high[0] > high[2] + 60
    assert zero.tolist() == [NEUTRAL] * 3


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        (of(0, 3), Scale("sequential", 0, 3)),
        (of(2, 3), Scale("sequential", 2, 3)),
        (of(-1, 3), Scale("diverging", -3, 3)),
        (of(-5, -1), Scale("diverging", -5, 5)),
        (of(4, 4), Scale("sequential", 0, 4)),
        (of(0, 0), Scale("sequential", 0, 1)),
        (of(-4, -4), Scale("diverging", -4, 4)),
        (of(np.nan, np.inf), Scale("sequential", 0, 1)),
        (of(np.nan, -np.inf, -2, 1), Scale("diverging", -2, 2)),
    ],
)
def test_scale_of(values: Array, scale: Scale) -> None:
    assert Scale.of(values) == scale
    assert scale.colours(values).shape == (*values.shape, 3)


def test_gray_and_its_constants() -> None:
    assert Scale.gray(of(-3, 5)).colours(of(-3, 1, 5))[:, 0].tolist() == [0, 128, 255]
    for constant in (0.0, 7.0, -3e38):
        assert Scale.gray(of(constant)).colours(of(constant)).tolist() == [[128] * 3]


@pytest.mark.parametrize("map", ["sequential", "diverging", "gray"])
def test_what_is_not_finite_has_a_colour_of_its_own(map: Map) -> None:
    colours = Scale(map, -1, 1).colours(of(np.nan, np.inf, -np.inf, 0.5))
    assert (colours[:3] == NOT_FINITE).all()
    distance = np.abs(colour_table(map).astype(int) - NOT_FINITE).sum(axis=1)
    assert distance.min() > 100


def test_the_largest_numbers() -> None:
    most = float(np.finfo(np.float32).max)
    values = of(-most, 0, most)
    assert Scale.of(values).colours(values)[1].tolist() == [NEUTRAL] * 3


@pytest.mark.parametrize("map", ["sequential", "diverging", "gray"])
def test_ends_and_beyond(map: Map) -> None:
    table = colour_table(map)
    colours = Scale(map, -2, 6).colours(of(-9, -2, 2, 6, 7))
    np.testing.assert_array_equal(colours, table[[0, 0, STEPS // 2, -1, -1]])


def test_colour_pixels_in_either_order() -> None:
    values = noise(2, 3, 4, 5)
    scale = Scale.gray(values)
    bgr, rgb = colour_pixels(values, scale, "bgr"), colour_pixels(values, scale, "rgb")
    assert rgb.shape == (2, 4, 5, 3)
    np.testing.assert_array_equal(bgr[..., ::-1], rgb)
    np.testing.assert_array_equal(rgb[1, 2, 3], scale.bytes(values[1, :, 2, 3]))
    values[0, 1, 2, 3] = np.nan
    pixels = colour_pixels(values, scale, "bgr")
    assert tuple(pixels[0, 2, 3]) == NOT_FINITE
    assert (pixels == NOT_FINITE).all(axis=-1).sum() == 1


def cielab(colours: NDArray[np.uint8]) -> NDArray[np.float64]:
    """CIE L*a*b* (D65): another space than the one label colours are chosen in."""
    value = colours / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [(0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)], np.float64
    )
    x, y, z = np.cbrt(linear @ to_xyz.T / [0.9505, 1, 1.089]).T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def test_labels_can_be_told_apart() -> None:
    lab = cielab(label_colours())
    apart = np.linalg.norm(lab[:, None] - lab, axis=-1) + 1000 * np.eye(LABELS)
    assert apart[:10, :10].min() > 30
    assert apart[:21, :21].min() > 19  # VOC's classes
    assert apart.min() > 8
    assert lab[:, 0].min() > 25
    assert lab[:, 0].max() < 92
    assert np.hypot(lab[:, 1], lab[:, 2]).min() > 15


def test_labels_beyond_the_last_colour_share_them() -> None:
    assert label_colour(3) == label_colour(3 + LABELS) == tuple(label_colours()[3].tolist())
    assert luminance_of((0, 0, 0)) == 0
    assert luminance_of((255, 255, 255)) == pytest.approx(1)
