"""Images the way scikit-image and SciPy give them to Caffe's Python package: floats in 0..1, resized with smoothing.

Caffe has two rules. Its C++ resizes by OpenCV (`resize.py`, `opencv.py`), and the data layers of a net that was trained
saw those numbers. Scripts around pycaffe resize by scikit-image, whose numbers differ wherever an image shrinks, for it
is smoothed first, and along its edges.
"""

from __future__ import annotations

import warnings
from os import PathLike, fspath
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from prototxt.blobs import AnyArray
from prototxt.errors import ImageError, Place
from prototxt.images.load import DEEP, check_pixels, guarded, open_image, to_bytes

__all__ = ["load_unit", "resize_smooth", "stretch", "zoom"]

Array = NDArray[np.float32]

_GRAY = (0.2125, 0.7154, 0.0721)
"""Brightness of R, G and B (ITU-R BT.709), as skimage.color.rgb2gray rounds it."""

_REACH = 4
"""Standard deviations at which the Gaussian is cut off."""


def load_unit(file: str | PathLike[str] | BinaryIO, color: bool = True) -> Array:
    """The image of a path, or of an open file: H x W x 3 in RGB, or H x W x 1 in gray without `color`, float32 in 0..1.

    Bytes are divided by 255, 16-bit gray by 65535; floating-point pixels (TIFF) stay as stored. Alpha is dropped. Gray
    of colour is 0.2125 R + 0.7154 G + 0.0721 B. The EXIF orientation is *not* applied: scikit-image ignores it.

    Raises ImageError naming the file for all that `load_image` refuses, and for floating-point pixels outside -1..1.

    Source: skimage/util/dtype.py (img_as_float), skimage/color/colorconv.py (rgb2gray).
    """
    if isinstance(file, str | PathLike):
        name = fspath(file)
        return guarded(name, lambda: _read(name, name, color))
    name = str(getattr(file, "name", "<file>"))
    return guarded(name, lambda: _read(file, name, color))


def _read(file: str | BinaryIO, name: str, color: bool) -> Array:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata
        with open_image(file) as image:
            check_pixels(name, image)
            image.load()
            unit = _in_unit(name, image)
    if unit.shape[2] == 1:
        return np.repeat(unit, 3, axis=2) if color else unit
    return unit if color else (unit @ np.array(_GRAY, np.float64)).astype(np.float32)[..., None]


def _in_unit(name: str, image: Image.Image) -> Array:
    """H x W x 1 of gray images, H x W x 3 of all others."""
    if image.mode == "F":
        return _checked(name, np.asarray(image, np.float32), -1, 1)[..., None]
    if image.mode in DEEP:
        return _checked(name, np.asarray(image) / np.float64(65535), 0, 1).astype(np.float32)[..., None]
    gray = image.mode in ("1", "L", "LA", "La") and "transparency" not in image.info
    pixels = np.asarray(to_bytes(image, not gray), np.float32) / np.float32(255)
    return pixels[..., None] if gray else pixels


def _checked(name: str, pixels: AnyArray, low: int, high: int) -> AnyArray:
    if not (pixels.min() >= low and pixels.max() <= high):
        what = f"pixels from {pixels.min():g} to {pixels.max():g}, where {low} to {high} is an image's range"
        raise ImageError(what, place=Place(name))
    return pixels


def resize_smooth(image: AnyArray, height: int, width: int, order: int = 1) -> Array:
    """An H x W x C image at another size as skimage.transform.resize gives it, in float32.

    Formula, per axis of `old` pixels: an axis that shrinks is first smoothed by a Gaussian of standard deviation
    (old / new - 1) / 2, cut off at 4 of them. Output i lies at p = (i + 0.5) * old / new - 0.5, and is
    (1 - f) * x[floor(p)] + f * x[floor(p) + 1] with f the fraction of p (`order` 1), or the nearest (`order` 0).
    Outside there is the least value of the image, for smoothing as for what lies between: edges are drawn towards it.

    An image of one value stays that value.

    Source: skimage/transform/_warps.py (resize, mode="constant"); caffe/python/caffe/io.py (resize_image).
    """
    least = image.min()
    if not image.max() > least:
        return np.full((height, width, image.shape[2]), least, np.float32)
    down, across = (
        _smooth_taps(*sizes, order) for sizes in zip(image.shape[:2], (height, width), strict=True)
    )
    # What the weights leave to be 1 falls to pixels outside: with the least value as zero they would add nothing.
    outside = 1 - np.outer(down[1].sum(axis=1), across[1].sum(axis=1))
    resized = _weighted(_weighted(image, 0, *down), 1, *across) + outside[..., None] * np.float64(least)
    return resized.astype(np.float32)


def stretch(
    image: AnyArray, height: int, width: int, order: int = 1, outside: float = 0
) -> NDArray[np.float64]:
    """`resize_smooth` without its smoothing, and with a value for what lies outside: skimage's resize before 0.15.

    Source: skimage/transform/_warps.py (resize, mode="constant").
    """
    taps = []
    for old, new in zip(image.shape[:2], (height, width), strict=True):
        places, weights = _between((np.arange(new) + 0.5) * (old / new) - 0.5, order)
        taps.append((places.clip(0, old - 1), np.where((places >= 0) & (places < old), weights, 0)))
    (rows, down), (columns, across) = taps
    rest = 1 - np.outer(down.sum(axis=1), across.sum(axis=1))
    return _weighted(_weighted(image, 0, rows, down), 1, columns, across) + rest[..., None] * outside


def zoom(image: AnyArray, height: int, width: int, order: int = 1) -> Array:
    """An H x W x C image at another size as scipy.ndimage.zoom gives it, in float32.

    Formula, per axis: output i lies at p = i * (old - 1) / (new - 1), the first and the last pixel on the first and the
    last; between two neighbours linear (`order` 1), or the nearest (`order` 0). Nothing is smoothed.

    Source: scipy/ndimage/src/ni_interpolation.c (NI_ZoomShift); caffe/python/caffe/io.py (resize_image).
    """
    down, across = (_zoom_taps(*sizes, order) for sizes in zip(image.shape[:2], (height, width), strict=True))
    return _weighted(_weighted(image, 0, *down), 1, *across).astype(np.float32)


Taps = tuple[NDArray[np.intp], NDArray[np.float64]]
"""Pixels that each output reads along an axis, new x taps, and their weights; pixels outside weigh nothing."""


def _smooth_taps(old: int, new: int, order: int) -> Taps:
    sigma = max(0.0, (old / new - 1) / 2)
    reach = int(_REACH * sigma + 0.5)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (sigma or 1)) ** 2)
    bell /= bell.sum()
    nearest, weights = _between((np.arange(new) + 0.5) * (old / new) - 0.5, order)
    weights = np.where((nearest >= 0) & (nearest < old), weights, 0)  # what is outside has not been smoothed
    # The bell of the left neighbour and that of the right, one pixel further on.
    spread = sum(
        np.pad(weights[:, k, None] * bell, [(0, 0), (k, weights.shape[1] - 1 - k)])
        for k in range(weights.shape[1])
    )
    places = nearest[:, :1] + np.arange(-reach, reach + weights.shape[1])
    return places.clip(0, old - 1), np.where((places >= 0) & (places < old), spread, 0)


def _zoom_taps(old: int, new: int, order: int) -> Taps:
    places, weights = _between(np.arange(new) * ((old - 1) / max(new - 1, 1)), order)
    return places.clip(0, old - 1), weights


def _between(place: NDArray[np.floating], order: int) -> Taps:
    """The pixels beside each place, and the weight of each."""
    if order == 0:
        return np.floor(place + 0.5).astype(np.intp)[:, None], np.ones((len(place), 1))
    low = np.floor(place)
    fraction = place - low
    return low.astype(np.intp)[:, None] + np.arange(2), np.stack([1 - fraction, fraction], axis=1)


def _weighted(
    image: AnyArray, axis: int, places: NDArray[np.intp], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The weighted sums of pixels along an axis, in float64: only what is read is touched, a tap at a time."""
    form = [-1 if a == axis else 1 for a in range(image.ndim)]
    taps = zip(places.T, weights.T, strict=True)
    total: NDArray[np.float64] = sum(image.take(place, axis) * weight.reshape(form) for place, weight in taps)
    return total
