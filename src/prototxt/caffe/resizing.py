"""Resizing images as Caffe's scripts do, with scikit-image's numbers.

Source: caffe/python/caffe/io.py (resize_image).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from prototxt.blobs import AnyArray, Array
from prototxt.images.scikit_image import resize_smooth, stretch, zoom

__all__ = ["resize", "resize_image", "sizes"]


def resize_image(im: AnyArray, new_dims: Iterable[int], interp_order: int = 1) -> Array:
    """An image of H x W x K at `new_dims`, (height, width), in float32; values keep their range.

    Of 1 or 3 channels scikit-image's numbers (smoothed where it shrinks, edges drawn towards the image's least value),
    of other numbers of channels SciPy's. `interp_order` is 1, linear, or 0, the nearest pixel. An image of one value
    stays that value.

    Raises ValueError for what is no image or no size, NotImplementedError for other orders.

    Source: caffe/python/caffe/io.py (resize_image).
    """
    if interp_order not in (0, 1):
        raise NotImplementedError(
            f"interp_order {interp_order}: splines are not built; give 1 (linear) or 0 (nearest)"
        )
    if im.ndim != 3 or not im.size:
        raise ValueError(f"an image is H x W x K, not {sizes(im.shape)}")
    dims = [int(n) for n in new_dims]
    if len(dims) != 2 or min(dims) < 1:
        raise ValueError(f"new_dims is (height, width), each at least 1, not {tuple(dims)}")
    rule = resize_smooth if im.shape[2] in (1, 3) else zoom
    return rule(im, dims[0], dims[1], interp_order)


def resize(
    image: AnyArray,
    output_shape: Sequence[int],
    order: int = 1,
    mode: str = "constant",
    cval: float = 0,
    preserve_range: bool = False,
) -> NDArray[np.float64]:
    """scikit-image's resize, which scripts find in `caffe.io`: H x W or H x W x K at (height, width) or with K.

    Whole numbers become 0..1 unless `preserve_range` is set. Linear (`order` 1) or nearest (0), not smoothed; what lies
    outside has the value `cval`.

    Raises ValueError for another number of axes or channels, NotImplementedError for other orders and modes.

    Source: skimage/transform/_warps.py (resize, of the versions that pycaffe was written for).
    """
    if order not in (0, 1) or mode != "constant":
        raise NotImplementedError(f'order {order}, mode "{mode}": give order 0 or 1, mode "constant"')
    wanted, channels = tuple(int(n) for n in output_shape), image.shape[2:]
    if image.ndim not in (2, 3) or wanted[2:] not in ((), channels) or len(wanted) < 2 or min(wanted) < 1:
        raise ValueError(f"an image of {sizes(image.shape)} cannot be resized to {sizes(wanted)}")
    whole = np.issubdtype(image.dtype, np.integer) and not preserve_range
    pixels = image / np.iinfo(image.dtype).max if whole else image.astype(np.float64)
    height, width = wanted[:2]
    return stretch(np.atleast_3d(pixels), height, width, order, cval).reshape(height, width, *channels)


def sizes(shape: Sequence[int]) -> str:
    """A shape in words."""
    return " x ".join(map(str, shape)) or "a number"
