"""From pixels to the input blob: the steps, their order, the line that describes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from prototxt.errors import ImageError
from prototxt.images.load import load_image
from prototxt.images.mean import Mean, read_mean
from prototxt.images.recipe import Recipe
from prototxt.images.resize import resize
from prototxt.images.transform import Transform
from support.golden import SHARED, needs_shared

RNG = np.random.default_rng(1)
COLOUR = RNG.integers(0, 256, (9, 13, 3), np.uint8)
GRAY = COLOUR[..., :1]


def test_resize_by_hand() -> None:
    row = np.array([0, 8, 4], np.float32).reshape(1, 3, 1)
    # Six outputs of three: centres at -0.25 (cut to 0), 0.25, 0.75, 1.25, 1.75, 2.25 (cut to 2).
    np.testing.assert_allclose(resize(row, 1, 6).ravel(), [0, 2, 6, 7, 5, 4])
    np.testing.assert_allclose(resize(row.transpose(1, 0, 2), 6, 1).ravel(), [0, 2, 6, 7, 5, 4])
    np.testing.assert_allclose(resize(row, 2, 1).ravel(), [8, 8])


@pytest.mark.parametrize(("height", "width"), [(9, 13), (4, 31), (20, 6), (1, 1), (27, 39)])
def test_resize_against_a_plain_loop(height: int, width: int) -> None:
    got = resize(COLOUR, height, width)
    assert got.dtype == np.float32
    for i in range(height):
        for j in range(width):
            y = min(max((i + 0.5) * 9 / height - 0.5, 0), 8)
            x = min(max((j + 0.5) * 13 / width - 0.5, 0), 12)
            want = sum(
                COLOUR[a, b] * max(0, 1 - abs(y - a)) * max(0, 1 - abs(x - b))
                for a in range(int(y), min(int(y) + 2, 9))
                for b in range(int(x), min(int(x) + 2, 13))
            )
            np.testing.assert_allclose(got[i, j], want, atol=1e-4)


@needs_shared
def test_resize_is_opencvs() -> None:
    """The reference's ImageData layer resizes with OpenCV, which rounds weights and results to bytes."""
    folder = SHARED / "golden/data/image_list_resized"
    stored = np.load(folder / "batches.npz")
    names = [line.rsplit(" ", 1)[0] for line in (folder / "list.txt").read_text().splitlines()]
    recipe = Recipe((13, 15), mean=read_mean("100"), scale=0.01)
    for i, name in enumerate(names):
        ours = Transform(3, 9, 9, recipe).apply(load_image(folder / "img" / name))[0]  # its crop is 9
        assert np.abs(ours - stored[f"{i // 2}/data"][i % 2]).max() < 0.0101


def test_steps_in_order() -> None:
    means = np.array([10, 20, 30], np.float32)
    t = Transform(3, 9, 13, Recipe(mean=Mean(means, "m"), scale=0.5, raw_scale=51))
    want = (COLOUR[..., ::-1].transpose(2, 0, 1) / 5 - means[:, None, None]) * 0.5
    got = t.apply(COLOUR)
    assert got.shape == (1, 3, 9, 13)
    assert got.dtype == np.float32
    assert got.flags.c_contiguous
    np.testing.assert_allclose(got[0], want, rtol=1e-5, atol=1e-5)


def test_identity_keeps_bytes_and_input() -> None:
    before = COLOUR.copy()
    t = Transform(3, 9, 13, Recipe(order="rgb"))
    got = t.apply(COLOUR)
    np.testing.assert_array_equal(got[0], COLOUR.transpose(2, 0, 1))
    got[:] = 0
    np.testing.assert_array_equal(COLOUR, before)
    floats = COLOUR.astype(np.float32)
    t.apply(floats)[:] = 0
    np.testing.assert_array_equal(floats, before)


def test_gray_and_colour_nets() -> None:
    one = Transform(1, 9, 13)
    np.testing.assert_array_equal(one.apply(GRAY)[0, 0], GRAY[..., 0])
    assert np.abs(one.apply(COLOUR)[0, 0] - COLOUR @ [0.299, 0.587, 0.114]).max() <= 0.51
    np.testing.assert_array_equal(Transform(3, 9, 13).apply(GRAY)[0], [GRAY[..., 0]] * 3)


BGR = COLOUR[..., ::-1].transpose(2, 0, 1).astype(np.float32)


def test_the_centre_of_a_size() -> None:
    got = Transform(3, 6, 8, Recipe((9, 13))).apply(COLOUR)
    np.testing.assert_array_equal(got[0], BGR[:, 1:7, 2:10])


@pytest.mark.parametrize(("short", "whole"), [(18, (18, 26)), (9, (9, 13)), (7, (7, 10))])
def test_the_short_side(short: int, whole: tuple[int, int]) -> None:
    top, left = (whole[0] - 6) // 2, (whole[1] - 8) // 2
    want = resize(COLOUR, *whole)[top : top + 6, left : left + 8, ::-1].transpose(2, 0, 1)
    np.testing.assert_allclose(Transform(3, 6, 8, Recipe(short)).apply(COLOUR)[0], want, 1e-6)
    turned = COLOUR.transpose(1, 0, 2)  # higher than wide
    want = resize(turned, *whole[::-1])[left : left + 8, top : top + 6, ::-1].transpose(2, 0, 1)
    np.testing.assert_allclose(Transform(3, 8, 6, Recipe(short)).apply(turned)[0], want, 1e-6)


def test_ten_crops() -> None:
    t = Transform(3, 6, 8, Recipe((9, 13), crop="ten"))
    got = t.apply(COLOUR)
    assert got.shape == (t.views, 3, 6, 8) == (10, 3, 6, 8)
    places = [(0, 0), (0, 5), (3, 0), (3, 5), (1, 2)]
    plain = [BGR[:, i : i + 6, j : j + 8] for i, j in places]
    np.testing.assert_array_equal(got, [*plain, *(crop[..., ::-1] for crop in plain)])


def test_ten_crops_are_pycaffes() -> None:
    with np.load(Path(__file__).with_name("oversample.npz")) as stored:
        images, crops = stored["in"], stored["out"]
    _, height, width, _ = crops.shape
    recipe = Recipe((images.shape[1], images.shape[2]), crop="ten", order="rgb")
    ours = [Transform(3, height, width, recipe).apply(image) for image in images]
    np.testing.assert_array_equal(np.concatenate(ours), crops.transpose(0, 3, 1, 2))


def test_the_net_takes_the_images_size() -> None:
    t = Transform(3, 2, 2, Recipe("none"))
    np.testing.assert_array_equal(t.apply(COLOUR)[0], BGR)
    assert t.describe("c", COLOUR) == "c 13x9 RGB -> 13x9 BGR -> data 1 x 3 x 9 x 13"
    fixed = Transform(3, 2, 2)
    assert fixed.for_image(COLOUR) is fixed


MEAN = RNG.random((3, 9, 13), np.float32)


def test_a_mean_image_of_the_inputs_size_is_for_every_window() -> None:
    recipe = Recipe((12, 15), crop="ten", mean=Mean(MEAN, "m.npy"))
    plain = Transform(3, 9, 13, Recipe((12, 15), crop="ten")).apply(COLOUR)
    np.testing.assert_allclose(Transform(3, 9, 13, recipe).apply(COLOUR), plain - MEAN, 1e-5, 1e-4)


def test_a_mean_image_of_the_resized_images_size_is_cut_alike() -> None:
    recipe = Recipe((9, 13), crop="ten", mean=Mean(MEAN, "m.npy"))
    whole = BGR - MEAN
    got = Transform(3, 6, 8, recipe).apply(COLOUR)
    np.testing.assert_allclose(got[3], whole[:, 3:9, 5:13], 1e-5, 1e-4)
    np.testing.assert_allclose(got[8], whole[:, 3:9, 5:13][..., ::-1], 1e-5, 1e-4)
    assert "m.npy (3 x 9 x 13 cut alike)" in Transform(3, 6, 8, recipe).describe("i", COLOUR)


def test_a_mean_image_of_another_size_is_resized_to_the_input() -> None:
    mean = RNG.random((3, 6, 5), np.float32)
    got = Transform(3, 9, 13, Recipe(mean=Mean(mean, "m.npy"))).apply(COLOUR)[0]
    want = BGR - resize(mean.transpose(1, 2, 0), 9, 13).transpose(2, 0, 1)
    np.testing.assert_allclose(got, want, atol=1e-4)


def test_describe() -> None:
    cat = np.zeros((480, 640, 3), np.uint8)
    t = Transform.for_input((10, 3, 227, 227), Recipe(mean=read_mean("104,117,123")))
    assert t.describe("pets/cat.jpg", cat) == (
        "cat.jpg 640x480 RGB -> 227x227 BGR, minus mean 104,117,123 -> data 1 x 3 x 227 x 227"
    )
    t = Transform.for_input((1, 1, 20, 28), Recipe(scale=0.00390625, raw_scale=1))
    assert t.describe("d.png", GRAY, "x") == (
        "d.png 13x9 gray -> 28x20 gray, raw scale 1, x 0.00390625 -> x 1 x 1 x 20 x 28"
    )
    t = Transform(3, 4, 5, Recipe(order="rgb", mean=Mean(np.zeros((3, 6, 5), np.float32), "a/m.npy")))
    assert "5x4 RGB, minus mean m.npy (3 x 6 x 5 resized) -> data" in t.describe("cat.jpg", cat)
    t = Transform(3, 224, 227, Recipe(256))
    assert t.describe("c", cat) == "c 640x480 RGB -> 341x256, centre 227x224 BGR -> data 1 x 3 x 224 x 227"
    t = Transform(3, 224, 227, Recipe((256, 250), "ten"))
    assert "-> 250x256, ten crops of 227x224 BGR -> data 10 x 3" in t.describe("c\x1b", cat)


@pytest.mark.parametrize(
    ("shape", "what"),
    [
        ((1, 4, 20, 28), "4 channels"),
        ((1, 3, 0, 28), "28x0 pixels"),
        ((1, 10), "4 axes, N x C x H x W; this one is 1 x 10"),
    ],
)
def test_inputs_no_image_fits(shape: tuple[int, ...], what: str) -> None:
    with pytest.raises(ImageError, match=what):
        Transform.for_input(shape)


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"order": "bgrr"}, 'not "bgrr"'),
        ({"crop": "five"}, 'not "five"'),
        ({"scale": float("nan")}, "finite"),
        ({"raw_scale": float("inf")}, "finite"),
        ({"resize": "large"}, 'not "large"'),
        ({"resize": 0}, "cannot be resized to 0"),
        ({"resize": (3, 1 << 30)}, "cannot be resized to 3x1073741824"),
        ({"crop": "ten"}, "give a size to resize to"),
        ({"crop": "ten", "resize": "none"}, "give a size to resize to"),
    ],
)
def test_recipes_that_are_refused(said: dict[str, Any], what: str) -> None:
    with pytest.raises(ImageError, match=what):
        Recipe(**said)


def test_other_refusals() -> None:
    with pytest.raises(ImageError, match="has 2 values, the net's input 3 channels"):
        Transform(3, 2, 2, Recipe(mean=read_mean("1,2")))
    with pytest.raises(ImageError, match="this array is 9 x 13 x 2"):
        Transform(3, 2, 2).apply(COLOUR[..., :2])
    with pytest.raises(ImageError, match=r"resized to 7x5 pixels .* smaller than the net's input, 8x5"):
        Transform(3, 5, 8, Recipe(5)).apply(COLOUR[:5, :7])


def test_a_long_thin_image_is_not_blown_up() -> None:
    thin = np.zeros((1, 50_000, 3), np.uint8)
    with pytest.raises(ImageError, match="12800000x256 it would have more than"):
        Transform(3, 227, 227, Recipe(256)).apply(thin)
