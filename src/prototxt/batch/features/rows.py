"""Rows of features: the names of images, and for each blob rows of one shape, checked before they are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import IO, Protocol

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import InputError, Place, printable
from prototxt.util.extras import missing_library
from prototxt.util.lazy import np

__all__ = ["NAMES", "Append", "Format", "check_same", "contiguous", "no_library", "row_shapes", "storable"]

NAMES = "names"
"""The key of the images' names in every format."""

MAX_KEY_BYTES = 10_000
"""Bytes of a blob's name in UTF-8; zip and HDF5 allow 65,535."""

Append = Callable[[Sequence[str], Mapping[str, Array]], None]
"""Appends names of images and a row per name for each blob: float32, C-contiguous, checked."""


class Format(Protocol):
    """A file format of features."""

    def __init__(self, path: str) -> None:
        """Raises InputError where the library it needs is not installed."""

    def rows(self, file: IO[bytes], shapes: Mapping[str, Shape]) -> AbstractContextManager[Append]:
        """Writes rows of these shapes into `file`, which is whole when the block has ended.

        Raises InputError for names of blobs that are the same in this format.
        """


def no_library(library: str, extra: str, path: str) -> InputError:
    """The error for a format whose library is not installed."""
    what, hint = missing_library(library, extra)
    return InputError(what, place=Place(path), hint=hint)


def row_shapes(path: str, names: Sequence[str], blobs: Mapping[str, Array]) -> dict[str, Shape]:
    """The shape of one row of each blob, given arrays of a row for each name.

    Raises InputError for no blobs, names of blobs no file can hold, and arrays of another number of rows.
    """
    if not blobs:
        raise InputError("no blobs to write", place=Place(path))
    for blob, values in blobs.items():
        _check_key(path, blob)
        if not values.ndim or values.shape[0] != len(names):
            what = f"is {format_shape(values.shape)}; it needs a first axis of {len(names)}, a row for each image"
            raise InputError(f'blob "{printable(blob)}" {what}', place=Place(path))
        if not count(values.shape[1:]):
            what = (
                f'blob "{printable(blob)}" has rows of {format_shape(values.shape[1:])}: no values to write'
            )
            raise InputError(what, place=Place(path))
    return {blob: tuple(values.shape[1:]) for blob, values in blobs.items()}


def check_same(path: str, name: str, first: Mapping[str, Shape], now: Mapping[str, Shape]) -> None:
    """Raises InputError naming the image and the blob where the shapes of rows are not those of the first."""
    if first.keys() != now.keys():
        what = (
            f"{printable(name)}: the blobs are {_listed(now)}; in the rows before they were {_listed(first)}"
        )
        raise InputError(what, place=Place(path))
    for blob, shape in first.items():
        if now[blob] != shape:
            what = (
                f'{printable(name)}: blob "{printable(blob)}" is {format_shape(now[blob])}, in the '
                f"rows before {format_shape(shape)}"
            )
            hint = (
                "rows need one shape: give images of one size, or save one image a file; --json prints boxes"
            )
            raise InputError(what, place=Place(path), hint=hint)


def contiguous(values: Array) -> Array:
    """The values as C-contiguous float32; a copy only where they are not."""
    return np.ascontiguousarray(values, np.float32)


def storable(name: str) -> str:
    """An image's name as every format can hold it, with bytes that are not Unicode and NULs spelled out."""
    return name.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def _check_key(path: str, blob: str) -> None:
    if blob == NAMES:
        what = f'a blob called "{NAMES}" cannot be written: it is the key of the names of the images'
        raise InputError(what, place=Place(path))
    if not blob or not blob.isprintable():
        raise InputError(f'blob "{printable(blob)}": its name is not printable text', place=Place(path))
    if len(blob.encode()) > MAX_KEY_BYTES:
        what = f'blob "{blob[:40]}...": its name of {len(blob):,} letters is too long for a file'
        raise InputError(what, place=Place(path))


def _listed(shapes: Mapping[str, Shape]) -> str:
    return ", ".join(f'"{printable(blob)}"' for blob in shapes)
