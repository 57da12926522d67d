"""Making what data layers read: databases and HDF5 files from image lists, mean images from databases."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from prototxt.blobs import Array, Shape, format_shape
from prototxt.data.datum import Sample, make_datum
from prototxt.data.hdf5 import write_hdf5
from prototxt.data.lists import ListedImage
from prototxt.data.paths import read_bytes
from prototxt.data.reader import create_database
from prototxt.data.samples import load_pixels
from prototxt.errors import DataError
from prototxt.schema.caffe_pb2 import BlobProto
from prototxt.util.files import exists
from prototxt.util.lazy import np

__all__ = ["Making", "blob_bytes", "make_dataset", "mean_image", "whole"]

if TYPE_CHECKING:
    from numpy.typing import NDArray

Progress = Callable[[Iterable[ListedImage]], Iterable[ListedImage]]

_LONGEST_KEY = 500
"""LMDB's keys have at most 511 bytes."""

_ROWS_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Making:
    """The way from images to records: `root` goes before their names, `size` is height and width."""

    root: str = ""
    size: tuple[int, int] | None = None
    color: bool = True
    encoded: bool = False
    check_size: bool = False


def make_dataset(
    images: Sequence[ListedImage], out: str, backend: str, making: Making, progress: Progress = iter
) -> set[Shape]:
    """A dataset at `out`, whole or not at all; the shapes (C x H x W) its images have.

    `backend` is "lmdb", "leveldb" or "hdf5". Raises DataError where there is something at `out`, an image cannot
    be read, or sizes differ that must not.

    Source: caffe/tools/convert_imageset.cpp.
    """
    if exists(out):
        raise DataError("there is something at this path already", path=out, hint="move or delete it first")
    with whole(out) as temporary:
        if backend == "hdf5":
            return _make_hdf5(images, str(temporary), making, progress)
        return _make_database(images, str(temporary), backend.upper(), making, progress)


@contextmanager
def whole(out: str) -> Iterator[Path]:
    """A path beside `out` for a file or folder that takes its place once it is finished; raises DataError."""
    target = Path(out).absolute()
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".prototxt-") as beside:
            unfinished = Path(beside) / target.name
            yield unfinished
            unfinished.replace(target)
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror or error}", path=out) from None


def _make_database(
    images: Sequence[ListedImage], out: str, backend: str, making: Making, progress: Progress
) -> set[Shape]:
    shapes: set[Shape] = set()
    with create_database(out, backend) as writer:
        for i, image in enumerate(progress(images)):
            pixels = _pixels(image, making, shapes)
            encoded = _encoded(image, making, pixels) if making.encoded else None
            key = f"{i:08d}_{image.name}".encode(errors="surrogateescape")[:_LONGEST_KEY]
            writer.put(key, make_datum(pixels, image.label, encoded))
    return shapes


def _pixels(
    image: ListedImage, making: Making, shapes: set[Shape], one_size: bool = False
) -> NDArray[np.uint8]:
    name = making.root + image.name
    pixels = load_pixels(name, "", making.size, making.color, "the image list")
    height, width, channels = pixels.shape
    shapes.add((channels, height, width))
    if len(shapes) > 1 and (making.check_size or one_size):
        (other,) = shapes - {(channels, height, width)}
        what = (
            f"the image is {format_shape((channels, height, width))}, those before are {format_shape(other)}"
        )
        raise DataError(what, path=name, hint="give --resize HxW")
    return pixels


def _encoded(image: ListedImage, making: Making, pixels: NDArray[np.uint8]) -> bytes:
    """The file's own bytes where they are the image as it shall be; else a PNG, which loses nothing."""
    from prototxt.images.opencv import encode_png, encoded_as

    if making.size is None and making.color:
        data = read_bytes(making.root + image.name, "image")
        if encoded_as(data) in ("PNG", "JPEG"):
            return data
    return encode_png(pixels)


def _make_hdf5(images: Sequence[ListedImage], out: str, making: Making, progress: Progress) -> set[Shape]:
    shapes: set[Shape] = set()
    waiting: list[Array] = []
    written = 0
    for image in progress(images):
        waiting.append(_pixels(image, making, shapes, one_size=True).transpose(2, 0, 1).astype(np.float32))
        if len(waiting) in (_ROWS_AT_ONCE, len(images) - written):
            labels = [float(i.label) for i in images[written : written + len(waiting)]]
            rows = [("data", np.stack(waiting)), ("label", np.array(labels, np.float32))]
            write_hdf5(out, rows, append=written > 0)
            written += len(waiting)
            waiting.clear()
    return shapes


def mean_image(samples: Iterable[Sample]) -> tuple[Array, int]:
    """The mean of all images, C x H x W, and how many there were; raises DataError where sizes differ.

    Source: caffe/tools/compute_image_mean.cpp.
    """
    total: NDArray[np.float64] | None = None
    count = 0
    for sample in samples:
        if total is None:
            total = np.zeros(sample.image.shape, np.float64)
        if sample.image.shape != total.shape:
            what = f"the image is {format_shape(sample.image.shape)}, those before are {format_shape(total.shape)}"
            raise DataError(what, path=sample.name, hint="a mean image needs images of one size")
        total += sample.image
        count += 1
    if total is None:
        raise DataError("no images: they have no mean", field=None)
    return (total / count).astype(np.float32), count


def blob_bytes(values: Array) -> bytes:
    """C x H x W as the bytes of a .binaryproto file (BlobProto, num 1)."""
    channels, height, width = values.shape
    blob = BlobProto(num=1, channels=channels, height=height, width=width)
    blob.data.extend(values.ravel().tolist())
    data: bytes = blob.SerializeToString()
    return data
