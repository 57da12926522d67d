"""Bilinear resizing, the way OpenCV does it; `scikit_image.py` has the other rule, that of scripts around pycaffe."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prototxt.blobs import AnyArray

__all__ = ["resize"]

Array = NDArray[np.float32]


def resize(image: AnyArray, height: int, width: int) -> Array:
    """An H x W x C image at another size, float32, not rounded.

    Formula, per axis of `old` pixels: output i lies at p = (i + 0.5) * old / new - 0.5, cut to 0 .. old - 1,
    and is (1 - f) * x[floor(p)] + f * x[floor(p) + 1] with f the fraction of p.

    These are OpenCV's INTER_LINEAR numbers on float images: pixel centres at halves and no antialiasing, so
    that shrinking by more than 2 skips pixels. An image that has the size already keeps its values exactly.

    Source: caffe/src/caffe/util/io.cpp calls cv::resize; opencv/modules/imgproc/src/resize.cpp.
    """
    # Rows first: they are whole and contiguous, and only the needed ones are touched.
    return _along(_along(image, 0, height), 1, width)


def _along(image: AnyArray, axis: int, new: int) -> Array:
    old = image.shape[axis]
    if old == new:
        return image.astype(np.float32, copy=False)
    place = ((np.arange(new) + 0.5) * (old / new) - 0.5).clip(0, old - 1)
    low = place.astype(np.intp)
    high = np.minimum(low + 1, old - 1)
    fraction = (place - low).astype(np.float32).reshape([-1 if a == axis else 1 for a in range(image.ndim)])
    below = image.take(low, axis).astype(np.float32, copy=False)
    out: Array = below + fraction * (image.take(high, axis).astype(np.float32, copy=False) - below)
    return out
