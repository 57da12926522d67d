"""Arrays in NumPy's own file forms (.npy, .npz), with their shapes known before their numbers are read.

Source: NumPy's documentation, numpy.lib.format.
"""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Callable
from math import prod
from typing import IO, Any, TypeAlias
from zipfile import BadZipFile, ZipFile, ZipInfo

import numpy as np

from prototxt.blobs import MAX_AXES, AnyArray, Shape, format_shape
from prototxt.util.files import regular_size
from prototxt.util.limits import MAX_UNPACKED
from prototxt.util.opened import OpenedFile

__all__ = ["BROKEN", "SUFFIX", "NpyRows", "open_npz", "read_entry", "read_header"]

AnyDtype: TypeAlias = np.dtype[Any]
"""A data type that only the file knows."""

SUFFIX = ".npy"

BROKEN = (
    BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, lzma.LZMAError, zlib.error,
)  # fmt: skip
"""What zipfile and NumPy raise for files that are damaged, encrypted, or packed in a way they do not know."""

_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def open_npz(path: str) -> ZipFile:
    """A zip archive whose files, unpacked, cannot be larger than its own size allows.

    Raises one of BROKEN for everything else.
    """
    held = regular_size(path)
    archive = ZipFile(path)
    claimed = sum(entry.file_size for entry in archive.infolist())
    if claimed > MAX_UNPACKED * held:
        archive.close()
        raise ValueError(f"it has {held:,} bytes and claims {claimed:,}: no archive unpacks to that much")
    return archive


def read_header(stream: IO[bytes], size: int) -> tuple[Shape, AnyDtype]:
    """The shape and the type of an array in a stream of `size` bytes, which is left after the header.

    Raises ValueError where it is no such array, or where its shape is not that of the bytes there are: then nobody
    allocates what the file only declares.
    """
    shape, _, dtype = _read_header(stream, size)
    return shape, dtype


def _read_header(stream: IO[bytes], size: int) -> tuple[Shape, bool, AnyDtype]:
    version = np.lib.format.read_magic(stream)
    if version not in _HEADERS:
        major, minor = version
        raise ValueError(f"version {major}.{minor} of NumPy's form is not known")
    shape, by_columns, dtype = _literals(stream, version)
    if len(shape) > MAX_AXES:
        raise ValueError(f"an array of {len(shape)} axes (at most {MAX_AXES})")
    if any(abs(dim) >= 1 << 63 for dim in shape):
        raise ValueError("an axis longer than any array's")
    if min(shape, default=0) < 0:
        raise ValueError(f"an array of shape {format_shape(shape)}")
    needed, left = prod(shape) * dtype.itemsize, size - stream.tell()
    if needed != left and not dtype.hasobject:
        raise ValueError(f"it holds {left} bytes, its shape {format_shape(shape)} of {dtype} needs {needed}")
    return shape, by_columns, dtype


def _literals(stream: IO[bytes], version: tuple[int, int]) -> tuple[Shape, bool, AnyDtype]:
    try:
        shape, by_columns, dtype = _HEADERS[version](stream)
    except BROKEN:
        raise
    except Exception as error:
        # NumPy reads the header with Python's own parser: SyntaxError, TokenError, TypeError, MemoryError ...
        raise ValueError(f"its header is broken: {str(error) or type(error).__name__}") from None
    return shape, by_columns, dtype


class NpyRows:
    """An array in a .npy file whose rows, along its first axis, are read when they are needed.

    An array whose first axis varies fastest (Fortran's order) has no rows that lie together, and is read at once.
    """

    def __init__(self, path: str, error: Callable[[str], Exception]) -> None:
        """Raises one of BROKEN for what is no such array; `error` makes the error for a file that changes later."""
        self._file = OpenedFile(path, error)
        with open(path, "rb") as stream, self._file.unchanged():  # noqa: PTH123
            self.shape, by_columns, self.dtype = _read_header(stream, self._file.size)
            self._start = stream.tell()
            stream.seek(0)
            whole = self.dtype.hasobject or (by_columns and len(self.shape) > 1)
            self._whole = np.lib.format.read_array(stream, allow_pickle=False) if whole else None

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice) -> AnyArray:
        """Rows that follow each other, in memory of their own."""
        if self._whole is not None:
            return self._whole[rows]
        start, stop, _ = rows.indices(len(self))
        values = np.empty((max(stop - start, 0), *self.shape[1:]), self.dtype)
        row_bytes = prod(self.shape[1:]) * self.dtype.itemsize
        self._file.read_into(values.reshape(-1).view(np.uint8), self._start + start * row_bytes)
        return values


def read_entry(archive: ZipFile, entry: ZipInfo) -> AnyArray:
    """An array of an archive whose header has been checked; raises one of BROKEN. Nothing in it is run."""
    with archive.open(entry) as stream:
        values: AnyArray = np.lib.format.read_array(stream, allow_pickle=False)
        return values
