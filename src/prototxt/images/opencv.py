"""Pixels to the bit as OpenCV gives them to Caffe's data layers: H x W x C bytes, BGR or gray."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from os import PathLike, fspath
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from prototxt.blobs import AnyArray
from prototxt.errors import ImageError, Place
from prototxt.images.load import DEEP, check_pixels, guarded, open_image, to_bytes, upright

__all__ = [
    "Kind",
    "decode_pixels",
    "encode_png",
    "encoded_as",
    "nearest_bytes",
    "read_pixels",
    "resize_bytes",
]

Bytes = NDArray[np.uint8]
Kind = Literal["color", "gray", "stored"]
"""color: BGR; gray: one channel; stored: what the file has, BGRA where it has alpha (IMREAD_UNCHANGED)."""

_PNG_GRAY = (3737, 19234, 9797), 0, 15
"""libpng's weights of B, G and R: what is added before the shift, and the shift. It does not round."""

_OTHER_GRAY = (1868, 9617, 4899), 1 << 13, 14
"""OpenCV's own."""

_AT_ONCE = 1 << 20
"""Pixels that are summed together."""

_COEFFICIENT_BITS = 11
"""INTER_RESIZE_COEF_BITS: a weight of 1 is 2048."""


def read_pixels(path: str | PathLike[str], color: bool = True) -> Bytes:
    """An image file as cv::imread gives it, in colour or gray.

    Raises ImageError naming the file for all that `load_image` refuses, and for pixels of floating point.
    """
    # Pillow's warnings stay on: this runs in threads, and Python's filters are one for all threads.
    name = fspath(path)
    return guarded(name, lambda: _read(name, name, "color" if color else "gray"))


def decode_pixels(data: bytes, name: str, kind: Kind = "stored") -> Bytes:
    """The bytes of an image file as cv::imdecode gives them; errors call it `name`. Raises ImageError."""
    return guarded(name, lambda: _read(BytesIO(data), name, kind))


def encode_png(pixels: Bytes) -> bytes:
    """BGR or gray pixels as the bytes of a PNG file."""
    file = BytesIO()
    image = pixels[..., 0] if pixels.shape[2] == 1 else pixels[..., ::-1]
    Image.fromarray(np.ascontiguousarray(image)).save(file, "PNG")
    return file.getvalue()


def encoded_as(data: bytes) -> str | None:
    """The format of an image file's bytes, such as "PNG" or "JPEG"; None where it is no image."""
    try:
        with open_image(BytesIO(data)) as image:
            return image.format
    except Exception:  # Pillow raises nearly anything on broken files
        return None


def _read(file: str | BinaryIO, name: str, kind: Kind) -> Bytes:
    with open_image(file) as image:
        check_pixels(name, image)
        if kind == "gray" and image.format == "JPEG":
            image.draft("L", None)  # brightness as the file stores it, as libjpeg gives it to OpenCV
        image.load()
        convert = _CONVERTERS[kind]
        return convert(image if kind == "stored" else upright(image), name, image.format or "")


def _color(image: Image.Image, name: str, _format: str) -> Bytes:
    if image.mode in DEEP or image.mode == "F":
        return np.repeat(_upper_bytes(image, name), 3, axis=2)
    return np.asarray(to_bytes(image, True), np.uint8)[..., ::-1]


def _gray(image: Image.Image, name: str, format_: str) -> Bytes:
    if image.mode in DEEP or image.mode == "F":
        return _upper_bytes(image, name)
    if image.mode in ("1", "L", "LA", "La"):
        return np.asarray(image.convert("L"), np.uint8)[..., None]
    color = _color(image, name, format_)
    weights, add, shift = _PNG_GRAY if format_ == "PNG" else _OTHER_GRAY
    gray = np.empty((*color.shape[:2], 1), np.uint8)
    step = max(1, _AT_ONCE // color.shape[1])  # sums take four times as much memory as bytes
    for top in range(0, color.shape[0], step):
        total = color[top : top + step].astype(np.uint32) @ np.array(weights, np.uint32)
        gray[top : top + step, :, 0] = (total + np.uint32(add)) >> np.uint32(shift)
    return gray


def _stored(image: Image.Image, name: str, _format: str) -> Bytes:
    if image.mode in DEEP or image.mode == "F":
        raise ImageError("pixels of more than 8 bits: a record holds bytes", place=Place(name))
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        return np.asarray(image.convert("RGBA"), np.uint8)[..., [2, 1, 0, 3]]
    if image.mode in ("1", "L"):
        return np.asarray(image.convert("L"), np.uint8)[..., None]
    return np.asarray(to_bytes(image, True), np.uint8)[..., ::-1]


_CONVERTERS: dict[Kind, Callable[[Image.Image, str, str], Bytes]] = {
    "color": _color,
    "gray": _gray,
    "stored": _stored,
}


def _upper_bytes(image: Image.Image, name: str) -> Bytes:
    pixels: AnyArray = np.asarray(image)
    if pixels.dtype.kind == "f" or pixels.min() < 0 or pixels.max() > 65535:
        raise ImageError("pixels of floating point or of 32 bits: no image of bytes", place=Place(name))
    return (pixels >> 8).astype(np.uint8)[..., None]


def resize_bytes(image: Bytes, height: int, width: int) -> Bytes:
    """An H x W x C image of bytes at another size, bilinear, the same bytes as cv::resize's.

    Formula: the places are those of `resize`; weights are rounded to 1/2048, rows are summed with 22 bits after
    the point, of which the vertical step drops 4 and 16 before it rounds.

    Source: opencv/modules/imgproc/src/resize.cpp (HResizeLinear, VResizeLinear for uchar).
    """
    if image.shape[:2] == (height, width):
        return image
    left, right, a, b = _taps(image.shape[1], width)
    inside = (left >= 0) & (left < image.shape[1] - 1)  # at the edges one pixel has the whole weight
    b = np.where(inside, b, 0)
    a = np.where(inside, a, 1 << _COEFFICIENT_BITS)
    low, high = (place.clip(0, image.shape[1] - 1) for place in (left, right))
    above, below, c, d = _taps(image.shape[0], height)
    rows = [place.clip(0, image.shape[0] - 1) for place in (above, below)]
    x = image.astype(np.int32)
    wide = (x[:, low] * a[:, None] + x[:, high] * b[:, None]) >> 4
    parts = [(weight[:, None, None] * wide[row]) >> 16 for weight, row in zip((c, d), rows, strict=True)]
    resized: Bytes = ((parts[0] + parts[1] + 2) >> 2).astype(np.uint8)
    return resized


def nearest_bytes(image: Bytes, height: int, width: int) -> Bytes:
    """An H x W x C image of bytes at another size, every place the nearest pixel's, as cv::resize takes it.

    Source: opencv/modules/imgproc/src/resize.cpp (resizeNN).
    """
    down, across = (
        np.minimum(np.floor(np.arange(new) * (1 / (new / old))).astype(np.intp), old - 1)
        for old, new in zip(image.shape[:2], (height, width), strict=True)
    )
    resized: Bytes = image[down[:, None], across]
    return resized


def _taps(
    old: int, new: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int32], NDArray[np.int32]]:
    """Both neighbours of every output place along one axis, and their weights in 1/2048."""
    place = ((np.arange(new) + 0.5) * (1 / (new / old)) - 0.5).astype(np.float32)
    low = np.floor(place).astype(np.intp)
    fraction = place - low.astype(np.float32)
    one = np.float32(1 << _COEFFICIENT_BITS)
    lower, upper = (np.rint(part * one).astype(np.int32) for part in (1 - fraction, fraction))
    return low, low + 1, lower, upper
