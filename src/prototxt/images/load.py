"""Image files as arrays of pixels: rows x columns x channels, RGB, 0..255."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from contextlib import suppress
from os import PathLike, fspath
from pathlib import Path
from typing import BinaryIO, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from prototxt.blobs import AnyArray
from prototxt.errors import ImageError, Place
from prototxt.util.files import regular_size

__all__ = [
    "DEEP",
    "MAX_PIXELS",
    "Pixels",
    "check_pixels",
    "decode_image",
    "guarded",
    "is_image_name",
    "load_image",
    "open_image",
    "to_bytes",
    "to_gray",
    "upright",
]

Pixels = NDArray[np.uint8] | NDArray[np.float32]
T = TypeVar("T")

MAX_PIXELS = 89_478_485
"""Larger images are refused: a small file can declare a huge one. Pillow's own limit, a quarter GB."""

FORMATS = ("BMP", "DIB", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "SUN", "TIFF", "WEBP")
"""The formats that OpenCV reads. Pillow knows dozens more, some by starting other programs (EPS: Ghostscript)."""

DEEP = ("I", "I;16", "I;16B", "I;16L", "I;16N")
"""Pillow's modes of 16-bit gray images."""


def load_image(path: str | PathLike[str], color: bool = True) -> Pixels:
    """The image as H x W x 3 in RGB, or H x W x 1 in gray where `color` is false.

    uint8 in 0..255; float32 as stored, neither scaled nor cut, for files of floating-point pixels (TIFF). Those that
    lie within 0..1 need raw_scale 65025 in a recipe to become 0..255; caffe.io.load_image takes them as they are.
    - An alpha channel is dropped, as OpenCV's IMREAD_COLOR does: nothing is laid over a background.
    - 16-bit gray is divided by 257 and rounded; of 16-bit colour Pillow keeps the upper byte.
    - Gray of colour is 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), rounded.
    - The EXIF orientation is applied. Of several frames the first is taken.

    Raises ImageError naming the file when it is missing, a directory, empty, no image, broken, cut off or
    larger than MAX_PIXELS.

    Source: caffe/src/caffe/util/io.cpp (ReadImageToCVMat).
    """
    name = fspath(path)
    return guarded(name, lambda: _read_quietly(name, color))


def is_image_name(name: str) -> bool:
    """Whether a file's name ends as image files' do (.jpg, .png, .tif ...)."""
    return Image.registered_extensions().get(Path(name).suffix.lower()) in FORMATS


def open_image(file: str | BinaryIO) -> Image.Image:
    """Pillow's image of one of FORMATS, nothing decoded yet; OSError for a pipe, which might never end."""
    if isinstance(file, str):
        regular_size(file)
    return Image.open(file, formats=FORMATS)


def guarded(name: str, read: Callable[[], T]) -> T:
    """The result of `read`; whatever Pillow raises becomes an ImageError that calls the image `name`."""
    try:
        return read()
    except ImageError as error:
        failed = error.with_traceback(None)
    except Exception as error:
        # Pillow's decoders raise nearly anything on broken files: SyntaxError, struct.error, zlib.error ...
        failed = _image_error(name, error)
    # Not within the handlers: an error that somebody keeps would keep the decoder and its memory by its traceback.
    raise failed


def to_gray(pixels: Pixels) -> Pixels:
    """H x W x 3 RGB to H x W x 1 gray by ITU-R BT.601; uint8 is rounded as Pillow's mode L."""
    if pixels.dtype == np.uint8:
        # Pillow's fixed-point weights, so that both ways to gray give the same bytes.
        total = pixels.astype(np.uint32) @ np.array([19595, 38470, 7471], np.uint32)
        return ((total + 0x8000) >> 16).astype(np.uint8)[..., None]
    gray: Pixels = (pixels @ np.array([0.299, 0.587, 0.114], np.float32))[..., None]
    return gray


def _read_quietly(name: str, color: bool) -> Pixels:
    # Pillow warns of odd metadata and large images; the first is no concern here, the second is an error.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return decode_image(name, color)


def decode_image(name: str, color: bool) -> Pixels:
    """`load_image` for threads: Pillow's warnings and errors stay as they are, Python's filters are for all threads."""
    with open_image(name) as image:
        check_pixels(name, image)
        image.load()
        straight = upright(image)
    if straight.mode == "F":
        return _spread(_finite(name, np.asarray(straight, np.float32)), color)
    if straight.mode in DEEP:
        return _spread(_from_16_bit(name, np.asarray(straight)), color)
    return np.asarray(to_bytes(straight, color)).reshape(straight.height, straight.width, -1)


def check_pixels(name: str, image: Image.Image) -> None:
    """Raises ImageError for an image that declares more than MAX_PIXELS."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise _too_large(name, f"{width} x {height} = {width * height}")


def upright(image: Image.Image) -> Image.Image:
    """The image turned as its EXIF data says."""
    with suppress(Exception):  # broken EXIF data says nothing about the pixels, which are whole
        ImageOps.exif_transpose(image, in_place=True)
    return image


def to_bytes(image: Image.Image, color: bool) -> Image.Image:
    """An image of 8 bits in mode RGB or, where `color` is false, L; alpha is dropped."""
    if "transparency" in image.info or image.mode in ("PA", "RGBa"):
        image = image.convert("RGBA")
    elif image.mode == "La":
        image = image.convert("LA")
    if image.mode == "LA":
        image = image.convert("L")
    elif image.mode not in ("1", "L", "RGB"):
        image = image.convert("RGB")
    wanted = "RGB" if color else "L"
    return image if image.mode == wanted else image.convert(wanted)


def _finite(name: str, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    if not np.isfinite(pixels).all():
        raise ImageError("pixels that are not finite numbers (NaN or infinity)", place=Place(name))
    return pixels


def _from_16_bit(name: str, pixels: AnyArray) -> NDArray[np.uint8]:
    low, high = int(pixels.min()), int(pixels.max())
    if low < 0 or high > 65535:
        raise ImageError(
            f"32-bit integer pixels from {low} to {high}: no image of 8 or 16 bits", place=Place(name)
        )
    return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _spread(gray: Pixels, color: bool) -> Pixels:
    return gray[..., None][..., [0, 0, 0]] if color else gray[..., None]


def _image_error(name: str, error: Exception) -> ImageError:
    if isinstance(error, Image.DecompressionBombError):
        numbers = re.findall(r"\d+", str(error))
        return _too_large(name, numbers[0] if numbers else "too many")
    if isinstance(error, FileNotFoundError):
        return ImageError("no such file", place=Place(name))
    if isinstance(error, IsADirectoryError):
        return ImageError("this is a directory, not an image", place=Place(name))
    if isinstance(error, UnidentifiedImageError) and _is_empty(name):
        return ImageError("the file is empty", place=Place(name))
    if isinstance(error, UnidentifiedImageError):
        return ImageError("not an image of a known format", place=Place(name))
    if isinstance(error, OSError) and error.strerror:
        return ImageError(f"cannot be read: {error.strerror}", place=Place(name))
    return ImageError(f"broken image: {error or type(error).__name__}", place=Place(name))


def _is_empty(name: str) -> bool:
    path = Path(name)
    return path.is_file() and not path.stat().st_size


def _too_large(name: str, pixels: str) -> ImageError:
    return ImageError(f"an image of {pixels} pixels is refused; the limit is {MAX_PIXELS}", place=Place(name))
