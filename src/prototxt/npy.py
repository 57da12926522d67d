"""Arrays in NumPy's own file forms (.npy, .npz), their shapes told before their numbers are read.

Source: NumPy's documentation, numpy.lib.format.
"""

from __future__ import annotations

import lzma
import zlib
from math import prod
from tokenize import TokenError
from typing import IO, Any
from zipfile import BadZipFile

import numpy as np

from prototxt.layers.base import MOST_AXES, Shape, show

SUFFIX = ".npy"

BROKEN = (
    BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, SyntaxError, TokenError, ValueError,
    lzma.LZMAError, zlib.error,
)  # fmt: skip
"""What zipfile and NumPy raise for files that are damaged, encrypted, or packed in a way they do not know."""

_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def read_header(stream: IO[bytes], size: int) -> tuple[Shape, np.dtype[Any]]:
    """The shape and the type of an array in a stream of `size` bytes, which is left behind the header.

    Raises ValueError where it is no such array, or where its shape is not that of the bytes there are: then nobody
    allocates what the file only declares.
    """
    version = np.lib.format.read_magic(stream)
    if version not in _HEADERS:
        major, minor = version
        raise ValueError(f"version {major}.{minor} of NumPy's form is not known")
    shape, _, dtype = _HEADERS[version](stream)
    if len(shape) > MOST_AXES:
        raise ValueError(f"an array of {len(shape)} axes (at most {MOST_AXES})")
    if min(shape, default=0) < 0:
        raise ValueError(f"an array of shape {show(shape)}")
    needed, left = prod(shape) * dtype.itemsize, size - stream.tell()
    if needed != left and not dtype.hasobject:
        raise ValueError(f"it holds {left} bytes, its shape {show(shape)} of {dtype} needs {needed}")
    return shape, dtype
