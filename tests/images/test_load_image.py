"""Images of every mode Pillow knows, and files that are none."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from prototxt.errors import ImageError
from prototxt.images.load import load_image, to_gray


def pixels(
    height: int = 5, width: int = 7, channels: int = 3
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(3).integers(0, 256, (height, width, channels), np.uint8)


def saved(tmp_path: Path, image: Image.Image, name: str = "x.png", **options: Any) -> Path:
    image.save(tmp_path / name, **options)
    return tmp_path / name


def test_rgb(tmp_path: Path) -> None:
    x = pixels()
    got = load_image(saved(tmp_path, Image.fromarray(x)))
    assert got.dtype == np.uint8
    np.testing.assert_array_equal(got, x)


def test_gray_of_colour_is_bt601(tmp_path: Path) -> None:
    x = pixels(40, 30)
    got = load_image(saved(tmp_path, Image.fromarray(x)), color=False)
    assert got.shape == (40, 30, 1)
    assert np.abs(got[..., 0] - x @ [0.299, 0.587, 0.114]).max() <= 0.51
    np.testing.assert_array_equal(to_gray(x), got)
    floats = to_gray(x.astype(np.float32))
    assert floats.dtype == np.float32
    assert np.abs(floats - got).max() <= 0.51


@pytest.mark.parametrize("color", [True, False])
def test_gray(tmp_path: Path, color: bool) -> None:
    x = pixels()[..., 0]
    got = load_image(saved(tmp_path, Image.fromarray(x)), color)
    np.testing.assert_array_equal(got, np.repeat(x[..., None], 3 if color else 1, axis=2))


def test_alpha_is_dropped(tmp_path: Path) -> None:
    x = pixels(channels=4)
    np.testing.assert_array_equal(load_image(saved(tmp_path, Image.fromarray(x, "RGBA"))), x[..., :3])
    gray = pixels(channels=2)
    path = saved(tmp_path, Image.fromarray(gray, "LA"))
    np.testing.assert_array_equal(load_image(path, color=False), gray[..., :1])
    np.testing.assert_array_equal(load_image(path), gray[..., [0, 0, 0]])


def test_palette_with_and_without_transparency(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 1, 2], [2, 1, 0]], np.uint8), "P")
    image.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90])
    want = np.array([[10, 20, 30], [40, 50, 60], [70, 80, 90]])[[[0, 1, 2], [2, 1, 0]]]
    np.testing.assert_array_equal(load_image(saved(tmp_path, image)), want)
    for transparency in (1, bytes([0, 128, 255])):
        path = saved(tmp_path, image, transparency=transparency)
        np.testing.assert_array_equal(load_image(path), want)
        assert load_image(path, color=False).shape == (2, 3, 1)


@pytest.mark.parametrize("color", [True, False])
def test_16_bit(tmp_path: Path, color: bool) -> None:
    deep = np.array([[0, 257, 65535], [128, 129, 32896]], np.uint16)
    got = load_image(saved(tmp_path, Image.fromarray(deep)), color)
    assert got.dtype == np.uint8
    assert got.shape == (2, 3, 3 if color else 1)
    np.testing.assert_array_equal(got[..., 0], [[0, 1, 255], [0, 1, 128]])


def test_32_bit_integers(tmp_path: Path) -> None:
    deep = np.array([[0, 65535]], np.int32)
    np.testing.assert_array_equal(
        load_image(saved(tmp_path, Image.fromarray(deep), "x.tif"), False)[..., 0], [[0, 255]]
    )
    deep[0, 0] = 1 << 20
    with pytest.raises(ImageError, match="from 65535 to 1048576"):
        load_image(saved(tmp_path, Image.fromarray(deep), "x.tif"))


def test_floating_point(tmp_path: Path) -> None:
    x = np.array([[0.5, -3, 300]], np.float32)
    got = load_image(saved(tmp_path, Image.fromarray(x), "x.tif"))
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, x[..., None][..., [0, 0, 0]])
    x[0, 0] = np.nan
    with pytest.raises(ImageError, match=r"x\.tif: pixels that are not finite"):
        load_image(saved(tmp_path, Image.fromarray(x), "x.tif"))


def test_1_bit_and_cmyk(tmp_path: Path) -> None:
    bits = Image.fromarray(pixels()[..., 0] > 99)
    np.testing.assert_array_equal(
        load_image(saved(tmp_path, bits), False)[..., 0], (pixels()[..., 0] > 99) * 255
    )
    cmyk = Image.new("CMYK", (16, 8), (0, 255, 255, 0))
    for name in ("x.jpg", "x.tif"):
        red = load_image(saved(tmp_path, cmyk, name))
        assert red.shape == (8, 16, 3)
        assert np.abs(red.astype(int) - [255, 0, 0]).max() < 6


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(tmp_path: Path, orientation: int) -> None:
    x = pixels(4, 6)
    undo = {1: x, 2: x[:, ::-1], 3: x[::-1, ::-1], 4: x[::-1], 5: x.transpose(1, 0, 2)}
    undo |= {6: np.rot90(x, -1), 7: x[::-1, ::-1].transpose(1, 0, 2), 8: np.rot90(x)}
    exif = Image.Exif()
    exif[0x0112] = orientation
    np.testing.assert_array_equal(
        load_image(saved(tmp_path, Image.fromarray(x), exif=exif)), undo[orientation]
    )


def test_broken_exif_does_no_harm(tmp_path: Path) -> None:
    x = pixels(16, 16)
    path = saved(tmp_path, Image.fromarray(x), "x.jpg", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert load_image(path).shape == (16, 16, 3)


def test_first_frame_of_an_animation(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (4, 3), c) for c in ((200, 0, 0), (0, 200, 0))]
    path = saved(tmp_path, frames[0], "x.gif", save_all=True, append_images=frames[1:])
    assert (load_image(path) == [200, 0, 0]).all()


def attempt(path: Path) -> tuple[int, ...] | None:
    """The shape read, None where it is refused; nothing but ImageError may come out."""
    try:
        return load_image(path).shape
    except ImageError:
        return None


@pytest.mark.parametrize("name", ["x.png", "x.jpg", "x.gif", "x.bmp", "x.tif", "x.webp"])
def test_truncated_anywhere(tmp_path: Path, name: str) -> None:
    path = saved(tmp_path, Image.fromarray(pixels(24, 31)), name)
    content = path.read_bytes()
    refused = 0
    for length in [*range(0, len(content), max(1, len(content) // 60)), len(content) - 1]:
        path.write_bytes(content[:length])
        shape = attempt(path)
        assert shape in (None, (24, 31, 3))
        refused += shape is None
    assert refused > 5


def test_flipped_bits(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    for name in ("x.png", "x.jpg", "x.gif", "x.tif"):
        path = saved(tmp_path, Image.fromarray(pixels(12, 9)), name)
        content = path.read_bytes()
        for _ in range(60):
            broken = bytearray(content)
            broken[rng.integers(len(content))] ^= 1 << int(rng.integers(8))
            path.write_bytes(broken)
            attempt(path)


def test_files_that_are_no_images(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    with pytest.raises(ImageError, match=r"x\.png: no such file"):
        load_image(path)
    with pytest.raises(ImageError, match="directory"):
        load_image(tmp_path)
    for content in (b"", b"name: 'LeNet'", b"\x89PNG\r\n\x1a\n"):
        path.write_bytes(content)
        with pytest.raises(ImageError, match=r"x\.png: (not an image|broken|the file is empty)"):
            load_image(path)
    with pytest.raises(ImageError):
        load_image("nul\0byte.png")


@pytest.mark.parametrize("side", [11_000, 60_000])
def test_a_small_file_that_declares_a_huge_image(tmp_path: Path, side: int) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    (tmp_path / "bomb.png").write_bytes(content)
    with pytest.raises(
        ImageError, match=rf"bomb\.png: an image of .*{side * side} pixels.*limit is 89478485"
    ):
        load_image(tmp_path / "bomb.png")


@pytest.mark.parametrize("size", [200, 10**6])
def test_an_error_keeps_no_decoder(tmp_path: Path, size: int) -> None:
    """A broken image, and one that is whole and refused: runs keep their errors until the end."""
    path = tmp_path / "i.tif"
    Image.fromarray(np.full((30, 41), np.nan, np.float32)).save(path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(ImageError) as caught:
        load_image(path)
    assert caught.value.__context__ is None
    assert "decode_image" not in {entry.name for entry in caught.traceback}
