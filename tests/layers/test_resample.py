"""Resample: sizes, known pixels, the fork's loop over pixels, and what it refuses."""

from __future__ import annotations

from itertools import product
from math import ceil, floor

import numpy as np
import pytest

from prototxt.blobs import Array, Shape
from prototxt.layers.base import Cost, Layer
from prototxt.layers.resample import _all_places, _nearest
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "Resample" bottom: "x" top: "y" resample_param { %s }'


def resample(fields: str) -> Layer:
    return layer_from_text(TEXT % fields)


def weight(kind: str, d: float) -> float:
    d = abs(d)
    if kind == "LINEAR":
        return max(1 - d, 0)
    if d <= 1:
        return 1.5 * d**3 - 2.5 * d**2 + 1
    return -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2 if d < 2 else 0


def pixel_by_pixel(x: Array, out: Shape, kind: str, smooth: bool) -> Array:
    """Every value as the sum over the pixels around it."""
    h, w = x.shape[2:]
    fy, fx = h / out[0], w / out[1]
    smooth = smooth and max(fy, fx) > 1
    ay, ax = (1 / f if smooth else 1 for f in (fy, fx))
    taps = {"LINEAR": 2, "CUBIC": 4}[kind]
    ry, rx = (2 if f < 1 else ceil(taps / a) for f, a in ((fy, ay), (fx, ax)))
    y = np.zeros((*x.shape[:2], *out))
    for i, j in product(*map(range, out)):
        down, across = i * fy + fx / 2 - 0.5, j * fx + fy / 2 - 0.5
        row, column = floor(down + 0.5), floor(across + 0.5)
        total = 0.0
        for r, k in product(range(row - ry, row + ry + 1), range(column - rx, column + rx + 1)):
            if 0 <= r < h and 0 <= k < w:
                share = weight(kind, ay * (down - r)) * weight(kind, ax * (across - k))
                y[:, :, i, j] += share * x[:, :, r, k]
                total += share
        y[:, :, i, j] = y[:, :, i, j] / total if total else 0
    return y


@pytest.mark.parametrize("kind", ["LINEAR", "CUBIC"])
@pytest.mark.parametrize("smooth", [False, True])
@pytest.mark.parametrize("out", [(4, 6), (8, 12), (3, 2), (13, 5), (2, 9), (1, 1), (5, 7)])
def test_pixel_by_pixel(kind: str, smooth: bool, out: Shape) -> None:
    x = noise(2, 3, 4, 6)
    fields = f"height: {out[0]} width: {out[1]} type: {kind} antialias: {str(smooth).lower()}"
    (y,) = run(resample(fields), x)
    np.testing.assert_allclose(y, pixel_by_pixel(x, out, kind, smooth), rtol=1e-4, atol=1e-5)


def test_halves_by_hand() -> None:
    x = np.array([[0, 4], [8, 12]], np.float32).reshape(1, 1, 2, 2)
    (y,) = run(resample("height: 4 width: 4"), x)
    np.testing.assert_array_equal(y[0, 0, 0], [0, 1, 3, 4])
    np.testing.assert_array_equal(y[0, 0, :, 0], [0, 2, 6, 8])
    (y,) = run(resample("height: 1 width: 1 antialias: false"), x)
    assert y.item() == 6


def test_nearest() -> None:
    x = noise(2, 3, 4, 6)
    (y,) = run(resample("height: 8 width: 12 type: NEAREST"), x)
    np.testing.assert_array_equal(y, x.repeat(2, 2).repeat(2, 3))
    (y,) = run(resample("height: 2 width: 3 type: NEAREST"), x)
    np.testing.assert_array_equal(y, x[:, :, 1::2, 1::2])  # halves are rounded up


def test_nearest_of_very_many_rows() -> None:
    """Each row 999 times; single precision does not lead off the image."""
    rows, columns = _all_places((1000, 3), (999_000, 2997))
    np.testing.assert_array_equal(_nearest(rows), np.arange(1000).repeat(999))
    np.testing.assert_array_equal(_nearest(columns), np.arange(3).repeat(999))


def test_the_size_of_a_second_bottom() -> None:
    text = 'type: "Resample" bottom: "x" bottom: "size" top: "y"'
    x = noise(2, 3, 4, 6)
    (y,) = run(layer_from_text(text), x, noise(1, 1, 8, 12))
    np.testing.assert_array_equal(y, run(resample("height: 8 width: 12"), x)[0])


def test_cost_and_brief() -> None:
    shape, top = (1, 2, 4, 6), (1, 2, 2, 3)
    assert resample("height: 2 width: 3").cost([shape], [top]) == Cost(macs=2 * 2 * (6 * 4 + 3 * 4))
    assert resample("height: 2 width: 3 antialias: false").cost([shape], [top]) == Cost(
        macs=2 * 2 * (6 * 2 + 3 * 2)
    )
    assert resample("height: 2 width: 3 type: CUBIC").cost([shape], [top]) == Cost(
        macs=2 * 2 * (6 * 8 + 3 * 8)
    )
    assert resample("height: 2 width: 3 type: NEAREST").cost([shape], [top]) == Cost()
    assert resample("height: 2 width: 3 type: CUBIC").brief([shape]) == "CUBIC"


@pytest.mark.parametrize(
    ("fields", "what", "field"),
    [
        ("", "the images would be 0 x 0: height and width must both be at least 1", "height"),
        ("height: 3", "the images would be 3 x 0: height and width", "width"),
        ("height: 2 width: 3 type: AREA", "type AREA is not there in the fork either", "type"),
        (
            "height: 2 width: 6 type: NEAREST",
            "from 4 x 6 to 2 x 6 NEAREST reads value 6 of axis 3, of 6",
            "type",
        ),
    ],
)
def test_refusals(fields: str, what: str, field: str) -> None:
    error = refused(TEXT % fields, (1, 2, 4, 6))
    assert what in error.what
    assert error.field == field


def test_two_axes_are_refused() -> None:
    assert refused(TEXT % "height: 2 width: 3", (4, 6)).what == "needs a bottom of 4 axes, got 2: 4 x 6"
