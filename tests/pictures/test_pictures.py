"""Whole pictures: a value's colour is found in them, ranges are common, sizes bounded, odd blobs harmless."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import prototxt
from prototxt.blobs import Array
from prototxt.errors import InputError
from prototxt.images.recipe import Order
from prototxt.pictures.canvas import MARGIN
from prototxt.pictures.colours import NOT_FINITE, Scale
from prototxt.pictures.filters import filters
from prototxt.pictures.grid import MAX_TILES, Grid
from prototxt.pictures.maps import feature_maps
from prototxt.pictures.net_input import TARGET_TILE, channel_names, net_input, tile_size
from support.golden import SHARED, needs_shared
from support.helpers import noise

MAX_SIDE = 2400


def holds(picture: Image.Image, part: NDArray[np.uint8]) -> bool:
    """Whether these pixels stand somewhere in the picture, as they are."""
    pixels = np.asarray(picture)
    height, width = part.shape[:2]
    ys, xs = np.nonzero((pixels[: 1 - height or None, : 1 - width or None] == part[0, 0]).all(axis=-1))
    return any((pixels[y : y + height, x : x + width] == part).all() for y, x in zip(ys, xs, strict=True))


def count(picture: Image.Image, colour: tuple[int, int, int]) -> int:
    return int((np.asarray(picture) == colour).all(axis=-1).sum())


def enlarged(pixels: NDArray[np.uint8], grid: Grid) -> NDArray[np.uint8]:
    return pixels.repeat(grid.enlarge[0], axis=0).repeat(grid.enlarge[1], axis=1)


@pytest.mark.parametrize("signed", [True, False])
def test_maps_share_one_range(signed: bool) -> None:
    values = noise(5, 4, 3) if signed else np.abs(noise(5, 4, 3))
    values[3] /= 100
    picture = feature_maps("conv1", values, "cat.jpg", "a note")
    grid, scale = Grid.fit(5, 4, 3), Scale.of(values)
    for map_ in values:
        assert holds(picture, enlarged(scale.colours(map_), grid))


def test_large_maps_are_means() -> None:
    values = np.zeros((3, 2000, 3000), np.float32)
    by = Grid.fit(3, 2000, 3000).reduce
    assert by > 1
    values[1, ::by] = by
    picture = feature_maps("conv1", values)
    assert max(picture.size) <= MAX_SIDE
    mean = Scale("sequential", 0, by).colours(np.ones((50, 60), np.float32))
    assert holds(picture, mean)


@pytest.mark.parametrize(
    "shape",
    [
        (),
        (1,),
        (1000,),
        (21, 1, 1),
        (7, 9),
        (2, 3, 5, 4),
        (2048, 7, 6),
        (1, 300, 500),
        (3, 1, 1),
        (MAX_TILES + 9,),
    ],
    ids=str,
)
def test_any_shape_has_a_picture(shape: tuple[int, ...]) -> None:
    values = np.asarray(noise(*shape), np.float32)
    picture = feature_maps("x", values)
    assert max(picture.size) <= MAX_SIDE
    ends = Scale.of(values).colours(np.array([values.min(), values.max()]))
    assert count(picture, tuple(ends[0])) + count(picture, tuple(ends[1])) > 0


@pytest.mark.parametrize("value", [0.0, 3.5, -3.5, np.nan, np.inf, 3e38, 1e-45])
def test_constant_blobs(value: float) -> None:
    values = np.full((3, 5, 4), value, np.float32)
    picture = feature_maps("x", values)
    grid = Grid.fit(3, 5, 4)
    assert holds(picture, enlarged(Scale.of(values).colours(values[0]), grid))


def test_not_finite_values_are_magenta() -> None:
    values = noise(3, 5, 4)
    assert count(feature_maps("x", values), NOT_FINITE) == 0
    values[1, 2, 3], values[2, 0, 0] = np.nan, -np.inf
    down, across = Grid.fit(3, 5, 4).enlarge
    assert count(feature_maps("x", values), NOT_FINITE) == 2 * down * across


def test_zero_is_neutral() -> None:
    values = np.zeros((2, 3, 4), np.float32)
    values[1, 1, 1] = -7
    down, across = Grid.fit(2, 3, 4).enlarge
    assert count(feature_maps("x", values), (245, 245, 245)) >= 23 * down * across


@pytest.mark.parametrize("order", ["bgr", "rgb"])
def test_filters_of_colours(order: Order) -> None:
    weights = np.zeros((2, 3, 5, 4), np.float32)
    weights[1, 0, 2, 3] = 4
    picture = filters("conv1", weights, order)
    down, across = Grid.fit(2, 5, 4).enlarge
    first = (128, 128, 255) if order == "bgr" else (255, 128, 128)
    assert count(picture, first) == down * across
    assert count(picture, (128, 128, 128)) >= 39 * down * across
    weights[0, 0, 0, 0] = np.nan
    assert count(filters("conv1", weights, order), NOT_FINITE) == down * across


def test_filters_share_one_range() -> None:
    weights = noise(6, 1, 5, 4)
    weights[2] /= 50
    picture, scale = filters("conv1", weights), Scale.symmetric(weights)
    for kernel in weights[:, 0]:
        assert holds(picture, enlarged(scale.colours(kernel), Grid.fit(6, 5, 4)))


@pytest.mark.parametrize(("inputs", "order"), [(5, "bgr"), (3, None)])
def test_filters_of_pairs(inputs: int, order: Order | None) -> None:
    weights = noise(4, inputs, 3, 2)
    picture, scale = filters("conv2", weights, order), Scale.symmetric(weights)
    grid = Grid.fit(4 * inputs, 3, 2, inputs)
    row = [enlarged(scale.colours(kernel), grid) for kernel in weights[2]]
    assert all(holds(picture, kernel) for kernel in row)
    pixels = np.asarray(picture)
    results = [np.argwhere((pixels == kernel[0, 0]).all(axis=-1)).tolist() for kernel in row]
    (y, x), (y_next, x_next) = results[0][0], results[1][0]
    assert (y_next - y, x_next - x) == (0, grid.tile[1] + grid.line)


def test_only_the_first_pairs_are_drawn() -> None:
    weights = noise(70, 66, 3, 2)
    weights[64:], weights[:, 64:] = np.nan, np.nan
    picture = filters("conv2", weights, note="a note")
    assert count(picture, NOT_FINITE) == 0
    assert max(picture.size) <= MAX_SIDE


@pytest.mark.parametrize(
    "shape", [(96, 3, 11, 12), (20, 1, 5, 4), (2, 3, 900, 1000), (50, 20, 5, 4), (600, 3, 7, 6)]
)
def test_sizes_of_filters(shape: tuple[int, ...]) -> None:
    assert max(filters("conv", noise(*shape)).size) <= MAX_SIDE


@pytest.mark.parametrize("shape", [(5, 4), (5, 4, 3), (0, 3, 5, 4), (2, 3, 4, 5, 6)])
def test_no_filters(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="outputs x inputs x height x width"):
        filters("fc", np.zeros(shape, np.float32))


def test_no_values() -> None:
    with pytest.raises(InputError, match='"x" is 0 x 3 x 4: no values'):
        feature_maps("x", np.zeros((0, 3, 4), np.float32))


@pytest.mark.parametrize("order", ["bgr", "rgb"])
def test_seen_in_colour_and_by_channel(order: Order) -> None:
    values = noise(1, 3, 30, 41)
    values[0, :, 7, 9] = values.min()
    values[0, 0, 7, 9] = values.max()  # blue in BGR, red in RGB
    picture = net_input("data", values, order, "cat.jpg", "cat.jpg 640x480 RGB -> 41x30 BGR")
    factor = tile_size(30, 41, 1)[0] // 30
    assert factor == TARGET_TILE // 41
    pure = (0, 0, 255) if order == "bgr" else (255, 0, 0)
    assert count(picture, pure) == factor * factor
    span = values.max() - values.min()
    for channel in values[0]:
        gray = Scale.gray(values).colours(channel).repeat(factor, 0).repeat(factor, 1)
        assert holds(picture, gray)
        exact = 255 * (channel - values.min()) / span
        # Half a byte for rounding, half a step of the table's 513 before it.
        np.testing.assert_allclose(
            gray[::factor, ::factor, 0], exact, rtol=0, atol=0.5 + 255 / 512 / 2 + 1e-4
        )


def test_seen_gray() -> None:
    values = noise(1, 1, 30, 41)
    picture = net_input("data", values)
    factor = TARGET_TILE // 41
    assert holds(picture, Scale.gray(values).colours(values[0, 0]).repeat(factor, 0).repeat(factor, 1))


def test_seen_not_finite() -> None:
    values = noise(1, 1, 30, 41)
    values[0, 0, 3, 4] = np.inf
    assert count(net_input("data", values), NOT_FINITE) == (TARGET_TILE // 41) ** 2


def test_a_row_for_each_crop() -> None:
    one, many = net_input("data", noise(1, 3, 30, 41)), net_input("data", noise(7, 3, 30, 41))
    assert many.width == one.width
    assert many.height > 4 * (one.height - 2 * MARGIN - 80)


@pytest.mark.parametrize(
    "shape",
    [(10, 3, 227, 230), (11, 3, 300, 400), (2, 1, 28, 30), (1, 200, 50, 60), (300, 5, 9, 8), (1, 3, 3000, 40),
     (1, 3, 1, 5000)],
    ids=str,
)  # fmt: skip
def test_sizes_of_seen(shape: tuple[int, ...]) -> None:
    assert max(net_input("data", noise(*shape)).size) <= MAX_SIDE


@pytest.mark.parametrize("shape", [(3, 5, 4), (2, 7), (0, 3, 5, 4)])
def test_not_seen(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="N x C x H x W"):
        net_input("data", np.zeros(shape, np.float32))


def test_channel_names() -> None:
    assert channel_names(3, "bgr") == ["channel 0 (blue)", "channel 1 (green)", "channel 2 (red)"]
    assert channel_names(3, "rgb")[0] == "channel 0 (red)"
    assert channel_names(2, "bgr") == ["channel 0", "channel 1"]


def test_nothing_given_is_changed() -> None:
    blob, weights = noise(5, 40, 30), noise(4, 3, 5, 6)
    copies: list[Array] = [blob.copy(), weights.copy()]
    feature_maps("x", blob)
    filters("w", weights)
    net_input("d", weights)
    np.testing.assert_array_equal(blob, copies[0])
    np.testing.assert_array_equal(weights, copies[1])


@needs_shared
def test_a_real_net(tmp_path: Path) -> None:
    folder = SHARED / "models" / "lenet"
    net = prototxt.load_net(folder / "deploy.prototxt", folder / "lenet_iter_10000.caffemodel")
    net.forward(data=np.abs(noise(1, 1, 28, 28)))
    maps = feature_maps("conv1", net.blobs["conv1"].data[0])
    kernels = filters("conv1", net.params["conv1"][0].data)
    scale, grid = Scale.of(net.blobs["conv1"].data[0]), Grid.fit(20, 24, 24)
    assert holds(maps, enlarged(scale.colours(net.blobs["conv1"].data[0, 13]), grid))
    assert 400 < min(kernels.size) < max(kernels.size) <= MAX_SIDE
