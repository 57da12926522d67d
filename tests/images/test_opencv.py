"""Pixels as OpenCV gives them: formats, gray, 16 bits, and resizing against plain loops of the same arithmetic."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from prototxt.errors import ImageError
from prototxt.images.opencv import decode_pixels, encode_png, encoded_as, read_pixels, resize_bytes
from prototxt.images.resize import resize
from support.datasets import Bytes, pixels


def file(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


RGB = Image.fromarray(pixels(5, 7)[..., ::-1].copy())
BGR = pixels(5, 7)


def test_colour_is_bgr() -> None:
    for kind in ("color", "stored"):
        np.testing.assert_array_equal(decode_pixels(file(RGB), "x", kind), BGR)


def test_gray_of_png_is_libpng_s_and_of_others_opencv_s() -> None:
    b, g, r = (BGR[..., i].astype(int) for i in range(3))
    png = decode_pixels(file(RGB), "x", "gray")[..., 0]
    np.testing.assert_array_equal(png, (3737 * b + 19234 * g + 9797 * r) >> 15)
    bmp = decode_pixels(file(RGB, "BMP"), "x", "gray")[..., 0]
    np.testing.assert_array_equal(bmp, (1868 * b + 9617 * g + 4899 * r + 8192) >> 14)


def test_gray_of_jpeg_is_its_brightness() -> None:
    data = file(RGB.resize((16, 16)), "JPEG", quality=95)
    with Image.open(BytesIO(data)) as image:
        image.draft("L", None)
        want = np.asarray(image)
    np.testing.assert_array_equal(decode_pixels(data, "x", "gray")[..., 0], want)


def test_stored_pixels_stay() -> None:
    gray = Image.fromarray(BGR[..., 0])
    assert decode_pixels(file(gray), "x").shape == (5, 7, 1)
    assert decode_pixels(file(gray), "x", "color").shape == (5, 7, 3)
    clear = RGB.convert("RGBA")
    clear.putalpha(gray)
    got = decode_pixels(file(clear), "x")
    np.testing.assert_array_equal(got, np.concatenate([BGR, BGR[..., :1]], axis=2))
    assert decode_pixels(file(clear), "x", "color").shape == (5, 7, 3)
    assert decode_pixels(file(Image.merge("LA", [gray, gray])), "x").shape == (5, 7, 4)
    assert decode_pixels(file(RGB.convert("P")), "x").shape == (5, 7, 3)


def test_16_bits_lose_the_lower_byte() -> None:
    deep = np.array([[0, 255, 256, 65535]], np.uint16)
    data = file(Image.fromarray(deep))
    np.testing.assert_array_equal(decode_pixels(data, "x", "gray")[..., 0], [[0, 0, 1, 255]])
    assert decode_pixels(data, "x", "color").shape == (1, 4, 3)
    with pytest.raises(ImageError, match="more than 8 bits"):
        decode_pixels(data, "x", "stored")


def test_errors_name_the_image(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="some record: not an image"):
        decode_pixels(b"abc", "some record")
    with pytest.raises(ImageError, match="no/file: no such file"):
        read_pixels("no/file")
    (tmp_path / "x.tif").write_bytes(file(Image.fromarray(np.ones((2, 3), np.float32)), "TIFF"))
    with pytest.raises(ImageError, match="floating point"):
        read_pixels(tmp_path / "x.tif", color=False)


def test_warning_filters_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are one for all threads: a thread that changes them for a while may leave them changed."""
    monkeypatch.setattr("warnings.catch_warnings", None)
    assert decode_pixels(file(RGB), "x").shape == (5, 7, 3)


def test_encoding_loses_nothing() -> None:
    np.testing.assert_array_equal(decode_pixels(encode_png(BGR), "x"), BGR)
    np.testing.assert_array_equal(decode_pixels(encode_png(BGR[..., :1]), "x"), BGR[..., :1])
    assert encoded_as(encode_png(BGR)) == "PNG"
    assert encoded_as(file(RGB, "JPEG")) == "JPEG"
    assert encoded_as(b"abc") is None


def plain(image: Bytes, height: int, width: int) -> Bytes:
    """The same arithmetic, a pixel at a time."""

    def taps(i: int, old: int, new: int) -> tuple[int, int, int]:
        place = np.float32((i + 0.5) * (1 / (new / old)) - 0.5)
        low = int(np.floor(place))
        fraction = np.float32(place - np.float32(low))
        a, b = (int(np.rint(np.float32(part) * np.float32(2048))) for part in (1 - fraction, fraction))
        return low, a, b

    out = np.zeros((height, width, image.shape[2]), np.uint8)
    h, w = image.shape[:2]
    for i, j, c in np.ndindex(*out.shape):
        row, d, e = taps(i, h, height)
        column, a, b = taps(j, w, width)
        if column < 0 or column >= w - 1:
            a, b = 2048, 0
        column = min(max(column, 0), w - 1)
        sums = []
        for r, weight in ((row, d), (row + 1, e)):
            x = image[min(max(r, 0), h - 1)]
            wide = int(x[column, c]) * a + int(x[min(column + 1, w - 1), c]) * b
            sums.append((weight * (wide >> 4)) >> 16)
        out[i, j, c] = (sum(sums) + 2) >> 2
    return out


sides = st.integers(1, 12)


@settings(max_examples=60, deadline=None)
@given(sides, sides, sides, sides)
def test_resizing_equals_plain_loops(h: int, w: int, height: int, width: int) -> None:
    image = pixels(h, w, seed=h * 100 + w)
    got = resize_bytes(image, height, width)
    np.testing.assert_array_equal(got, plain(image, height, width))
    smooth = resize(image, height, width)
    assert np.abs(got.astype(np.float32) - smooth).max() <= 1


def test_resizing_to_the_same_size_changes_nothing() -> None:
    np.testing.assert_array_equal(resize_bytes(BGR, 5, 7), BGR)
