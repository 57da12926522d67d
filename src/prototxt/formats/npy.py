"""Arrays in NumPy's own file forms (.npy, .npz), with their shapes known before their numbers are read.

Source: NumPy's documentation, numpy.lib.format.
"""

from __future__ import annotations

import lzma
import zlib
from math import prod
from typing import IO, Any, TypeAlias
from zipfile import BadZipFile, ZipFile, ZipInfo

import numpy as np

from prototxt.blobs import MAX_AXES, AnyArray, Shape, format_shape
from prototxt.util.files import regular_size
from prototxt.util.limits import MAX_UNPACKED

__all__ = ["BROKEN", "SUFFIX", "open_npz", "read_entry", "read_header"]

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
    version = np.lib.format.read_magic(stream)
    if version not in _HEADERS:
        major, minor = version
        raise ValueError(f"version {major}.{minor} of NumPy's form is not known")
    shape, dtype = _literals(stream, version)
    if len(shape) > MAX_AXES:
        raise ValueError(f"an array of {len(shape)} axes (at most {MAX_AXES})")
    if any(abs(dim) >= 1 << 63 for dim in shape):
        raise ValueError("an axis longer than any array's")
    if min(shape, default=0) < 0:
        raise ValueError(f"an array of shape {format_shape(shape)}")
    needed, left = prod(shape) * dtype.itemsize, size - stream.tell()
    if needed != left and not dtype.hasobject:
        raise ValueError(f"it holds {left} bytes, its shape {format_shape(shape)} of {dtype} needs {needed}")
    return shape, dtype


def _literals(stream: IO[bytes], version: tuple[int, int]) -> tuple[Shape, AnyDtype]:
    try:
        shape, _, dtype = _HEADERS[version](stream)
    except BROKEN:
        raise
    except Exception as error:
        # NumPy reads the header with Python's own parser: SyntaxError, TokenError, TypeError, MemoryError ...
        raise ValueError(f"its header is broken: {str(error) or type(error).__name__}") from None
    return shape, dtype


def read_entry(archive: ZipFile, entry: ZipInfo) -> AnyArray:
    """An array of an archive whose header has been checked; raises one of BROKEN. Nothing in it is run."""
    with archive.open(entry) as stream:
        values: AnyArray = np.lib.format.read_array(stream, allow_pickle=False)
        return values
