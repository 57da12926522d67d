"""Images one after the other without end: from a database, or from a list of image files."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING

from prototxt.blobs import MAX_ELEMENTS, count
from prototxt.data.datum import Kind, Sample, read_datum
from prototxt.data.lists import ListedImage
from prototxt.data.paths import locate
from prototxt.data.reader import Reader, open_database
from prototxt.data.sizes import SizeRule
from prototxt.errors import DataError, ImageError
from prototxt.util.lazy import np

__all__ = [
    "ImageSize",
    "Samples",
    "database_samples",
    "every_sample",
    "first_sample",
    "listed_samples",
    "load_pixels",
    "order",
]

if TYPE_CHECKING:
    from numpy.typing import NDArray

Samples = Generator[Sample, None, None]

ImageSize = tuple[int, int] | SizeRule | None
"""Height and width of every image, a rule for each, or its own size."""


def record_name(path: str, key: bytes) -> str:
    """The name of a record in errors."""
    return f'{path}: key "{key[:80].decode(errors="backslashreplace")}"'


def first_sample(path: str, backend: str, kind: Kind) -> Sample:
    """A database's first record, which says how large the others are; raises DataError."""
    with open_database(path, backend) as reader:
        return next(_once(reader, kind))


def database_samples(path: str, backend: str, kind: Kind, skip: int = 0) -> Samples:
    """A database's records, round and round; `skip` of them are left out at the start."""
    with open_database(path, backend) as reader:
        first = reader.records()
        if sum(1 for _ in islice(first, skip)) < skip:
            what = f"fewer than the {skip} records that rand_skip leaves out"
            raise DataError(what, path=path, field="rand_skip")
        for key, record in chain(first, _around(reader)):
            yield read_datum(record, record_name(path, key), kind)


def every_sample(path: str, backend: str) -> Iterator[Sample]:
    """A database's records, once."""
    with open_database(path, backend) as reader:
        yield from _once(reader, "stored")


def _once(reader: Reader, kind: Kind) -> Iterator[Sample]:
    empty = True
    for key, record in reader.records():
        empty = False
        yield read_datum(record, record_name(reader.path, key), kind)
    if empty:
        raise _empty(reader)


def _around(reader: Reader) -> Iterator[tuple[bytes, bytes]]:
    while True:
        empty = True
        for record in reader.records():
            empty = False
            yield record
        if empty:
            raise _empty(reader)


def _empty(reader: Reader) -> DataError:
    return DataError("the database is empty", path=reader.path)


def load_pixels(name: str, folder: str, size: ImageSize, color: bool, source: str) -> NDArray[np.uint8]:
    """An image file as H x W x C bytes (BGR or gray), resized to `size` (height, width, or by a rule) if there is one.

    Raises DataError that names the list, `source`, too, also for a size that no blob may have.

    Source: caffe/src/caffe/util/io.cpp (ReadImageToCVMat).
    """
    from prototxt.images.opencv import read_pixels, resize_bytes

    path = locate(name, folder)
    try:
        pixels = read_pixels(path, color)
    except ImageError as error:
        raise DataError(f"{error.what} (named in {source})", path=path) from None
    if isinstance(size, SizeRule):
        size = size.size_of(*pixels.shape[:2])
        if count((*size, pixels.shape[2])) > MAX_ELEMENTS:
            what = f"resized to {size[0]} x {size[1]} it is larger than any blob may be (named in {source})"
            raise DataError(what, path=path)
    return resize_bytes(pixels, *size) if size and size != pixels.shape[:2] else pixels


def order(count: int, rng: np.random.Generator | None, start: int = 0) -> Iterator[int]:
    """The places 0 to `count` - 1 of a list, round and round from `start`; with `rng` shuffled at every pass.

    Source: caffe/src/caffe/layers/image_data_layer.cpp (load_batch).
    """
    places = np.arange(count)
    while True:
        if rng is not None:
            rng.shuffle(places)
        yield from places[start:].tolist()
        start = 0


def listed_samples(
    source: str,
    images: Sequence[ListedImage],
    root: str,
    folder: str,
    size: ImageSize,
    color: bool,
    rng: np.random.Generator | None,
    start: int = 0,
) -> Samples:
    """The images of a list in `order`."""
    for place in order(len(images), rng, start):
        image = images[place]
        pixels = load_pixels(root + image.name, folder, size, color, source)
        yield Sample(pixels.transpose(2, 0, 1), image.label, image.name)
