"""Writes MATLAB files (.mat, version 5): one array of single precision each, not compressed."""

from __future__ import annotations

import struct

import numpy as np

from prototxt.blobs import Array
from prototxt.errors import DataError, PrototxtError
from prototxt.util.files import whole_file

__all__ = ["MAX_BYTES", "write_mat"]

MAX_BYTES = 2**31 - 1
"""The most bytes that an array of such a file may have."""

INT8, INT32, UINT32, SINGLE, MATRIX = 1, 5, 6, 7, 14
"""Types of data elements."""

SINGLE_CLASS = 7

HEADER = b"MATLAB 5.0 MAT-file".ljust(116) + bytes(8) + struct.pack("<HH", 0x0100, 0x4D49)
"""The text, no subsystem data, the version, and the marks of little-endian numbers."""


def write_mat(path: str, name: str, values: Array) -> None:
    """Writes an array to a new file as a variable; its axes stand in reverse order, as MATLAB stores columns first.

    Of N x C x H x W MATLAB sees W x H x C x N. Arrays of fewer than two axes get axes of 1 in front.

    Raises DataError for an array above MAX_BYTES, or where the file cannot be written.
    """
    if values.nbytes > MAX_BYTES:
        raise DataError(f"{values.nbytes:,} bytes are more than a .mat file holds", path=path, field="prefix")
    dims = (1,) * (2 - values.ndim) + values.shape
    little = np.ascontiguousarray(values, np.dtype("<f4"))
    parts = (
        _element(UINT32, struct.pack("<II", SINGLE_CLASS, 0)),
        _element(INT32, struct.pack(f"<{len(dims)}i", *reversed(dims))),
        _element(INT8, name.encode("ascii")),
        _element(SINGLE, little.tobytes()),
    )
    try:
        with whole_file(path) as file:
            file.write(HEADER + struct.pack("<II", MATRIX, sum(map(len, parts))))
            file.writelines(parts)
    except PrototxtError as error:
        raise DataError(error.what, field="prefix") from error


def _element(kind: int, data: bytes) -> bytes:
    """A data element: its type, its length, and its bytes up to a multiple of 8."""
    return struct.pack("<II", kind, len(data)) + data + bytes(-len(data) % 8)
