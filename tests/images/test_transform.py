"""From pixels to the input blob: the steps, their order, the line that tells them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from prototxt.errors import ImageError
from prototxt.images.load import load_image
from prototxt.images.mean import Mean, read_mean
from prototxt.images.resize import resize
from prototxt.images.transform import Transform

RNG = np.random.default_rng(1)
COLOUR = RNG.integers(0, 256, (9, 13, 3), np.uint8)
GRAY = COLOUR[..., :1]


@pytest.fixture
def golden() -> Path:
    shared = Path(os.environ.get("PROTOTXT_SHARED", Path(__file__).parents[2] / "../shared"))
    if not (shared / "golden").is_dir():
        pytest.skip("no golden data: set PROTOTXT_SHARED to the folder that holds golden/")
    return shared / "golden"


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


def test_resize_is_opencvs(golden: Path) -> None:
    """The reference's ImageData layer resizes with OpenCV, which rounds weights and results to bytes."""
    folder = golden / "data/image_list_resized"
    stored = np.load(folder / "batches.npz")
    names = [line.rsplit(" ", 1)[0] for line in (folder / "list.txt").read_text().splitlines()]
    for i, name in enumerate(names):
        resized = resize(load_image(folder / "img" / name), 13, 15)
        ours = (resized[2:11, 3:12, ::-1].transpose(2, 0, 1) - 100) * 0.01  # its crop of 9, mean 100, scale
        assert np.abs(ours - stored[f"{i // 2}/data"][i % 2]).max() < 0.0101


def test_steps_in_order() -> None:
    means = np.array([10, 20, 30], np.float32)
    t = Transform(3, 9, 13, mean=Mean(means, "m"), scale=0.5, raw_scale=51)
    want = (COLOUR[..., ::-1].transpose(2, 0, 1) / 5 - means[:, None, None]) * 0.5
    got = t.apply(COLOUR)
    assert got.shape == (1, 3, 9, 13)
    assert got.dtype == np.float32
    assert got.flags.c_contiguous
    np.testing.assert_allclose(got[0], want, rtol=1e-5, atol=1e-5)


def test_identity_keeps_bytes_and_input() -> None:
    before = COLOUR.copy()
    t = Transform(3, 9, 13, order="rgb")
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


def test_mean_image_is_resized_to_the_input() -> None:
    mean = RNG.random((3, 6, 5), np.float32)
    got = Transform(3, 9, 13, mean=Mean(mean, "m.npy")).apply(COLOUR)[0]
    want = COLOUR[..., ::-1].transpose(2, 0, 1) - resize(mean.transpose(1, 2, 0), 9, 13).transpose(2, 0, 1)
    np.testing.assert_allclose(got, want, atol=1e-4)


def test_describe() -> None:
    cat = np.zeros((480, 640, 3), np.uint8)
    t = Transform.for_input((10, 3, 227, 227), mean=read_mean("104,117,123"))
    assert t.describe("pets/cat.jpg", cat) == (
        "cat.jpg 640x480 RGB -> 227x227 BGR, minus mean 104,117,123, x 1 -> data 1 x 3 x 227 x 227"
    )
    t = Transform.for_input((1, 1, 20, 28), scale=0.00390625, raw_scale=1)
    assert t.describe("d.png", GRAY, "x") == (
        "d.png 13x9 gray -> 28x20 gray, raw scale 1, x 0.00390625 -> x 1 x 1 x 20 x 28"
    )
    t = Transform(3, 4, 5, "rgb", Mean(np.zeros((3, 6, 5), np.float32), "a/m.npy"))
    assert "5x4 RGB, minus mean m.npy (3 x 6 x 5 resized), x 1" in t.describe("cat.jpg", cat)


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


def test_other_refusals() -> None:
    with pytest.raises(ImageError, match='not "bgrr"'):
        Transform(3, 2, 2, order="bgrr")  # type: ignore[arg-type]
    with pytest.raises(ImageError, match="finite"):
        Transform(3, 2, 2, scale=float("nan"))
    with pytest.raises(ImageError, match="has 2 values, the net's input 3 channels"):
        Transform(3, 2, 2, mean=read_mean("1,2"))
    with pytest.raises(ImageError, match="this array is 9 x 13 x 2"):
        Transform(3, 2, 2).apply(COLOUR[..., :2])
