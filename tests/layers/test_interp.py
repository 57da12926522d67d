"""Interp: values by hand, every rule for the size, cut edges, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Array
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "Interp" bottom: "x" top: "y" interp_param { %s }'


def interp(fields: str) -> Layer:
    return layer_from_text(TEXT % fields)


def by_place(x: Array, height: int, width: int) -> Array:
    """One value after the other, as the formula says."""
    y = np.empty((*x.shape[:2], height, width))
    for h, w in np.ndindex(height, width):
        down = h * (x.shape[2] - 1) / (height - 1) if height > 1 else 0
        across = w * (x.shape[3] - 1) / (width - 1) if width > 1 else 0
        a, b = min(int(down + 1e-9), x.shape[2] - 1), min(int(across + 1e-9), x.shape[3] - 1)
        c, d = min(a + 1, x.shape[2] - 1), min(b + 1, x.shape[3] - 1)
        f, g = down - a, across - b
        top, low = ((1 - g) * x[:, :, i, b] + g * x[:, :, i, d] for i in (a, c))
        y[:, :, h, w] = (1 - f) * top + f * low
    return y


def test_a_line_by_hand() -> None:
    (y,) = run(interp("height: 1 width: 5"), np.array([[[[0, 4, 2]]]], np.float32))
    np.testing.assert_array_equal(y.ravel(), [0, 2, 4, 3, 2])


@pytest.mark.parametrize("size", [(9, 4), (3, 13), (1, 1), (2, 7), (5, 6)])
def test_up_and_down(size: tuple[int, int]) -> None:
    x = noise(2, 3, 5, 6)
    (y,) = run(interp(f"height: {size[0]} width: {size[1]}"), x)
    np.testing.assert_allclose(y, by_place(x, *size), rtol=1e-5, atol=1e-5)


def test_edges_are_cut_first() -> None:
    x = noise(2, 3, 7, 9)
    (y,) = run(interp("pad_beg: -2 pad_end: -1 height: 4 width: 6"), x)
    np.testing.assert_array_equal(y, x[:, :, 2:-1, 2:-1])
    (y,) = run(interp("pad_beg: -2 zoom_factor: 2"), x)
    np.testing.assert_allclose(y, by_place(x[:, :, 2:, 2:], 9, 13), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ("zoom_factor: 8", (473, 81)),
        ("shrink_factor: 2", (30, 6)),
        ("shrink_factor: 2 zoom_factor: 3", (88, 16)),
        ("height: 4 width: 5", (4, 5)),
        ("height: 4 width: 5 zoom_factor: 2", (119, 21)),
        ("height: 4 width: 5 zoom_factor: 2 shrink_factor: 2", (4, 5)),
        ("height: 4 zoom_factor: 1", (60, 11)),
    ],
)
def test_sizes(fields: str, size: tuple[int, int]) -> None:
    assert interp(fields).shapes([(2, 3, 60, 11)]) == [(2, 3, *size)]
    assert interp(fields).brief([(2, 3, 60, 11)]) == f"to {size[0]}x{size[1]}"


def test_the_size_of_a_second_bottom() -> None:
    layer = layer_from_text(
        'type: "Interp" bottom: "x" bottom: "like" top: "y" interp_param { use_blob_size: true }'
    )
    x = noise(1, 2, 3, 4)
    (y,) = run(layer, x, noise(1, 5, 6, 7))
    np.testing.assert_allclose(y, by_place(x, 6, 7), rtol=1e-5, atol=1e-5)


def test_missing_axes_are_1() -> None:
    assert interp("height: 2 width: 3").shapes([(4, 5)]) == [(4, 5, 2, 3)]


def test_a_wide_image_of_one_row_stays_small() -> None:
    (y,) = run(interp("height: 1 width: 20000"), np.ones((1, 1, 20000, 1), np.float32))
    assert (y == 1).all()


def test_cost() -> None:
    layer = interp("height: 4 width: 6")
    assert layer.cost([(2, 3, 4, 6)], [(2, 3, 4, 6)]) == Cost()
    assert layer.cost([(1, 1, 3, 3)], [(1, 1, 4, 6)]) == Cost(
        multiplications=2 * (18 + 24), additions=18 + 24
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ("", "interp_param"),
        ("height: 3", "interp_param"),
        ("height: 0 width: 2", "height"),
        ("height: 2 width: -1", "width"),
        ("zoom_factor: 0", "zoom_factor"),
        ("shrink_factor: 0", "shrink_factor"),
        ("pad_beg: 1 zoom_factor: 2", "pad_beg"),
        ("pad_end: 1 zoom_factor: 2", "pad_end"),
        ("pad_beg: -2 pad_end: -2 zoom_factor: 2", "pad_beg"),
        ("use_blob_size: true", "use_blob_size"),
    ],
)
def test_refusals(fields: str, field: str) -> None:
    assert refused(TEXT % fields, (2, 3, 4, 5)).field == field


def test_a_second_bottom_needs_use_blob_size() -> None:
    text = 'type: "Interp" bottom: "x" bottom: "like" top: "y" interp_param { zoom_factor: 2 }'
    assert refused(text).field == "bottom"
