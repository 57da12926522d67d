"""Images, arrays and messages as Caffe's scripts handle them: `caffe.io`.

Images are H x W x K in RGB, float32 in 0..1; blobs are N x C x H x W.

Source: caffe/python/caffe/io.py.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from prototxt.blobs import AnyArray
from prototxt.caffe.proto import caffe_pb2
from prototxt.data.datum import read_datum
from prototxt.images.crops import windows
from prototxt.images.scikit_image import load_unit, resize_smooth, stretch, zoom
from prototxt.schema.caffe_pb2 import BlobProto, BlobProtoVector, Datum

__all__ = [
    "Transformer", "array_to_blobproto", "array_to_datum", "arraylist_to_blobprotovecor_str",
    "arraylist_to_blobprotovector_str", "blobproto_to_array", "blobprotovector_str_to_arraylist", "caffe_pb2",
    "datum_to_array", "load_image", "oversample", "resize", "resize_image",
]  # fmt: skip

Array = NDArray[np.float32]


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
"""As Caffe misspells it."""


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

    The label is `datum.label`. Raises DataError where the values are not as many as its shape says.

    Source: caffe/python/caffe/io.py (datum_to_array).
    """
    image = read_datum(datum.SerializeToString(), "Datum").image
    return image.copy() if image.dtype == np.uint8 else image.astype(np.float64)


class Transformer:
    """What is done to an image before it is fed to a net, and back.

    `Transformer({"data": net.blobs["data"].data.shape})`, then in any order `set_transpose` and the other setters: for
    each input, `preprocess` applies what was set, in the order resize, transpose, channel swap, raw scale, mean, input
    scale. What was set is in the dictionaries `transpose`, `channel_swap`, `raw_scale`, `mean`, `input_scale`.

    Every method raises ValueError for an input that is not one of `inputs`.

    Source: caffe/python/caffe/io.py (Transformer).
    """

    def __init__(self, inputs: Mapping[str, Sequence[int]]) -> None:
        """`inputs` has the shape of each input, N x K x H x W."""
        self.inputs = inputs
        self.transpose: dict[str, Sequence[int]] = {}
        self.channel_swap: dict[str, Sequence[int]] = {}
        self.raw_scale: dict[str, float] = {}
        self.mean: dict[str, AnyArray] = {}
        self.input_scale: dict[str, float] = {}

    def preprocess(self, in_: str, data: AnyArray) -> Array:
        """An image of H' x W' x K as input `in_` takes it, K x H x W in float32; `data` stays as it is."""
        self._check_input(in_)
        size = tuple(self.inputs[in_][2:])
        image = data.astype(np.float32, copy=False)
        if image.shape[:2] != size:
            image = resize_image(image, size)
        if in_ in self.transpose:
            image = image.transpose(self.transpose[in_])
        if in_ in self.channel_swap:
            image = image[list(self.channel_swap[in_])]
        blob = np.array(image, order="C")
        if in_ in self.raw_scale:
            blob *= self.raw_scale[in_]
        if in_ in self.mean:
            blob -= self.mean[in_]
        if in_ in self.input_scale:
            blob *= self.input_scale[in_]
        return blob

    def deprocess(self, in_: str, data: AnyArray) -> AnyArray:
        """A blob of K x H x W, or 1 x K x H x W, as the image it was made of, H x W x K; the size stays.

        Without a transpose axes of 1 are dropped, as Caffe does it.
        """
        self._check_input(in_)
        order = self.transpose.get(in_)
        image = np.array(data, dtype=np.result_type(data, np.float32))
        # Not squeezed where axes are to be put back: a single channel is one of them.
        image = image.squeeze() if order is None else image.reshape(image.shape[-len(order) :])
        if in_ in self.input_scale:
            image /= self.input_scale[in_]
        if in_ in self.mean:
            image = (image + self.mean[in_]).astype(image.dtype)
        if in_ in self.raw_scale:
            image /= self.raw_scale[in_]
        if in_ in self.channel_swap:
            image = image[np.argsort(self.channel_swap[in_])]
        return image if order is None else image.transpose(np.argsort(order))

    def set_transpose(self, in_: str, order: Sequence[int]) -> None:
        """The order of axes: (2, 0, 1) makes K x H x W of H x W x K."""
        self._check_input(in_)
        if len(order) != len(self.inputs[in_]) - 1:
            raise ValueError("Transpose order needs to have the same number of dimensions as the input.")
        self.transpose[in_] = order

    def set_channel_swap(self, in_: str, order: Sequence[int]) -> None:
        """The order of channels, the first axis after the transpose: (2, 1, 0) makes BGR of RGB."""
        self._check_input(in_)
        if len(order) != self.inputs[in_][1]:
            raise ValueError(
                "Channel swap needs to have the same number of dimensions as the input channels. "
                f"It has {len(order)}, the input {self.inputs[in_][1]}."
            )
        if outside := [n for n in order if not -len(order) <= n < len(order)]:
            raise ValueError(
                f"Channel swap names channel {outside[0]}: the input's are 0 to {len(order) - 1}."
            )
        self.channel_swap[in_] = order

    def set_raw_scale(self, in_: str, scale: float) -> None:
        """A factor before the mean is subtracted: 255 for nets that know images in 0..255."""
        self._check_input(in_)
        self.raw_scale[in_] = scale

    def set_mean(self, in_: str, mean: ArrayLike) -> None:
        """What is subtracted: K values, or an image of K x H' x W' (H' x W' where K is 1), resized to the input's size.

        Raises ValueError where its channels are not the input's. Caffe 1.0 refuses other sizes too, its last version
        resizes.
        """
        self._check_input(in_)
        values = np.asarray(mean)
        channels, *size = self.inputs[in_][1:]
        if values.ndim == 1:
            if len(values) != channels:
                raise ValueError(
                    f"Mean channels incompatible with input. It has {len(values)}, the input {channels}."
                )
            self.mean[in_] = values[:, None, None]
            return
        if values.ndim not in (2, 3):
            raise ValueError(f"Mean shape invalid: {_show(values.shape)}, not K, K x H x W or H x W")
        image = values.reshape(-1, *values.shape[-2:])
        if len(image) != channels:
            raise ValueError(
                "Mean shape incompatible with input shape. "
                f"It has {len(image)} channels, the input {channels}."
            )
        if image.shape[1:] != tuple(size):
            image = resize_image(image.transpose(1, 2, 0), size).transpose(2, 0, 1)
        self.mean[in_] = image

    def set_input_scale(self, in_: str, scale: float) -> None:
        """A factor after the mean is subtracted."""
        self._check_input(in_)
        self.input_scale[in_] = scale

    def _check_input(self, in_: str) -> None:
        if in_ not in self.inputs:
            raise ValueError(f"{in_} is not one of the net inputs: {self.inputs}")


def load_image(filename: str | os.PathLike[str] | BinaryIO, color: bool = True) -> Array:
    """An image as H x W x 3 in RGB, or H x W x 1 in gray where `color` is false; float32 in 0..1.

    `filename` may also be an open file, such as BytesIO. Alpha is dropped, and the EXIF orientation is not applied, as
    scikit-image does it. Raises FileNotFoundError for a file that is not there, ImageError for what is no image.

    Source: caffe/python/caffe/io.py (load_image).
    """
    if isinstance(filename, str | os.PathLike) and not Path(filename).exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), os.fspath(filename))
    return load_unit(filename, color)


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
        raise ValueError(f"an image is H x W x K, not {_show(im.shape)}")
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
        raise ValueError(f"an image of {_show(image.shape)} cannot be resized to {_show(wanted)}")
    whole = np.issubdtype(image.dtype, np.integer) and not preserve_range
    pixels = image / np.iinfo(image.dtype).max if whole else image.astype(np.float64)
    height, width = wanted[:2]
    return stretch(np.atleast_3d(pixels), height, width, order, cval).reshape(height, width, *channels)


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


def _show(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape)) or "a number"
