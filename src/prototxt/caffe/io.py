"""Images, arrays and messages as Caffe's scripts handle them: `caffe.io`.

Images are H x W x K in RGB, float32 in 0..1; blobs are N x C x H x W.

Source: caffe/python/caffe/io.py.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from prototxt.blobs import AnyArray, Array
from prototxt.caffe.proto import caffe_pb2
from prototxt.caffe.resizing import resize, resize_image
from prototxt.caffe.transformer import Transformer
from prototxt.data.datum import read_datum
from prototxt.images.crops import windows
from prototxt.images.scikit_image import load_unit
from prototxt.schema.caffe_pb2 import BlobProto, BlobProtoVector, Datum
from prototxt.util.files import exists

__all__ = [
    "Transformer", "array_to_blobproto", "array_to_datum", "arraylist_to_blobprotovecor_str",
    "arraylist_to_blobprotovector_str", "blobproto_to_array", "blobprotovector_str_to_arraylist", "caffe_pb2",
    "datum_to_array", "load_image", "oversample", "resize", "resize_image",
]  # fmt: skip


def blobproto_to_array(blob: BlobProto, return_diff: bool = False) -> NDArray[np.float64]:
    """The values of a BlobProto, or its gradient, in the blob's shape (num, channels, height, width in old files).

    Source: caffe/python/caffe/io.py (blobproto_to_array).
    """
    values = (blob.diff or blob.double_diff) if return_diff else (blob.data or blob.double_data)
    old = [getattr(blob, name) for name in ("num", "channels", "height", "width") if blob.HasField(name)]
    shape = (blob.num, blob.channels, blob.height, blob.width) if old else tuple(blob.shape.dim)
    return np.fromiter(values, np.float64, len(values)).reshape(shape)


def array_to_blobproto(arr: AnyArray, diff: AnyArray | None = None) -> BlobProto:
    """A BlobProto of an array of any shape; `diff`, of the same shape, becomes its gradient.

    Source: caffe/python/caffe/io.py (array_to_blobproto).
    """
    blob = BlobProto()
    blob.shape.dim.extend(arr.shape)
    blob.data.extend(arr.astype(np.float32).ravel())
    if diff is not None:
        blob.diff.extend(diff.astype(np.float32).ravel())
    return blob


def arraylist_to_blobprotovector_str(arraylist: Iterable[AnyArray]) -> bytes:
    """Arrays as the bytes of a BlobProtoVector.

    Source: caffe/python/caffe/io.py (arraylist_to_blobprotovecor_str).
    """
    vector = BlobProtoVector(blobs=map(array_to_blobproto, arraylist))
    data: bytes = vector.SerializeToString()
    return data


arraylist_to_blobprotovecor_str = arraylist_to_blobprotovector_str
"""The misspelt name that Caffe has."""


def blobprotovector_str_to_arraylist(str: bytes) -> list[NDArray[np.float64]]:
    """The arrays in the bytes of a BlobProtoVector.

    Source: caffe/python/caffe/io.py (blobprotovector_str_to_arraylist).
    """
    return [blobproto_to_array(blob) for blob in BlobProtoVector.FromString(str).blobs]


def array_to_datum(arr: AnyArray, label: int | None = None) -> Datum:
    """A Datum of an array of C x H x W: uint8 as bytes, all else as floats.

    Raises ValueError("Incorrect array shape.") for other than three axes.

    Source: caffe/python/caffe/io.py (array_to_datum).
    """
    if arr.ndim != 3:
        raise ValueError("Incorrect array shape.")
    channels, height, width = arr.shape
    datum = Datum(channels=channels, height=height, width=width, label=label)
    if arr.dtype == np.uint8:
        datum.data = arr.tobytes()
    else:
        datum.float_data.extend(arr.astype(np.float32).ravel())
    return datum


def datum_to_array(datum: Datum) -> AnyArray:
    """The image of a Datum, C x H x W: uint8 where it holds bytes, else float64. An image file in it is decoded (BGR).

    The label is `datum.label`. Raises DataError where the number of values is not that of its shape.

    Source: caffe/python/caffe/io.py (datum_to_array).
    """
    image = read_datum(datum.SerializeToString(), "Datum").image
    return image.copy() if image.dtype == np.uint8 else image.astype(np.float64)


def load_image(filename: str | os.PathLike[str] | BinaryIO, color: bool = True) -> Array:
    """An image as H x W x 3 in RGB, or H x W x 1 in gray where `color` is false; float32 in 0..1.

    `filename` may also be an open file, a BytesIO, say. Alpha is dropped, and the EXIF orientation is not applied, as
    scikit-image does it. Raises FileNotFoundError for a file that is not there, ImageError for a file that is no image.

    Source: caffe/python/caffe/io.py (load_image).
    """
    if isinstance(filename, str | os.PathLike) and not exists(filename):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), os.fspath(filename))
    return load_unit(filename, color)


def oversample(images: Iterable[AnyArray], crop_dims: Iterable[int]) -> Array:
    """Ten crops of each image of H x W x K: 10N x height x width x K in float32.

    Upper left, upper right, lower left, lower right, centre, then the same five mirrored. Raises ValueError for crops
    that are larger than an image.

    Source: caffe/python/caffe/io.py (oversample).
    """
    return _crops(images, crop_dims, ten=True)


def center_crop(images: Iterable[AnyArray], crop_dims: Iterable[int]) -> Array:
    """The centre of each image of H x W x K: N x height x width x K in float32.

    Source: caffe/python/caffe/classifier.py (predict).
    """
    return _crops(images, crop_dims, ten=False)


def _crops(images: Iterable[AnyArray], crop_dims: Iterable[int], ten: bool) -> Array:
    height, width = (int(n) for n in crop_dims)
    crops = []
    for image in images:
        rows, columns = image.shape[:2]
        if height > rows or width > columns:
            raise ValueError(f"a crop of {height} x {width} does not fit in an image of {rows} x {columns}")
        places = windows("ten" if ten else "center", (rows, columns), (height, width))
        crops += [window.cut(image) for window in places]
    if not crops:
        raise ValueError("no images")
    return np.stack(crops).astype(np.float32, copy=False)
