"""Compiles functions once, for the declared types; the next process loads them from disk.

The types of all arguments are declared, so that importing a module compiles its functions, and none is compiled again
during a forward. Blobs are passed as one-dimensional arrays and positions are unsigned: numba then leaves out the check
for negative indices, and the loops over channels become vector instructions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba import types
from numba.extending import register_jitable
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from prototxt.kernels.window import Window2d

__all__ = [
    "COUNT", "LINE", "NUMBER", "SPAN", "STRIDES", "WINDOW", "Array", "Number", "Position", "Span", "Strides",
    "as_line", "compiled", "inlined", "locate", "strides",
]  # fmt: skip

Array = NDArray[np.float32]
Strides = tuple[int, int, int]
Span = tuple[int, int, int, int]
Position = int | np.uintp
Number = float | np.float32
Function = TypeVar("Function", bound=Callable[..., Any])  # compiled functions take whatever numba takes

_make_tuple: Callable[..., types.Type] = types.BaseTuple.from_types

LINE = types.Array(types.float32, 1, "C")
COUNT, NUMBER = types.uint64, types.float32
_PAIR, STRIDES, SPAN = (_make_tuple([types.int64] * length) for length in (2, 3, 4))
WINDOW = _make_tuple([_PAIR] * len(Window2d._fields), Window2d)
"""The types of arguments: the memory of a blob (`as_line`), counts, numbers, `strides`, a `Span`, a window."""


def compiled(*arguments: types.Type) -> Callable[[Function], Function]:
    """Compiles a function that writes to its arguments; it runs without the interpreter's lock.

    The result is stored in the folder NUMBA_CACHE_DIR if that is set, else beside the module, or in the user's cache
    folder where that cannot be written; where neither can, each process compiles again. Products and sums may be
    fused, nothing else: NaN and infinity stay what they are.
    """

    def compile_function(function: Function) -> Function:
        options: dict[str, Any] = {
            "nogil": True,
            "fastmath": {"contract"},
            "error_model": "numpy",
        }  # numba's own
        signature = types.void(*arguments)
        try:
            return cast(Function, numba.njit(signature, cache=True, **options)(function))
        except (
            Exception
        ):  # no folder to write to, a full disk, a damaged file; a fault of the function comes again
            return cast(Function, numba.njit(signature, **options)(function))

    return compile_function


def inlined(function: Function) -> Function:
    """A helper of compiled functions, which becomes a part of each that calls it."""
    result: Function = register_jitable(function)
    return result


def as_line(blob: Array) -> Array:
    """The memory from a blob's first number to its last, N x H x W x C.

    Channels lie side by side; the other axes may have gaps, for example in a part of a Concat.
    """
    reach = sum((length - 1) * step for length, step in zip(blob.shape[:3], strides(blob), strict=True))
    return as_strided(blob, (reach + blob.shape[3],), (blob.itemsize,))


def strides(blob: Array) -> Strides:
    """The distances between images, rows and columns, in numbers."""
    image, row, column = (stride // blob.itemsize for stride in blob.strides[:3])
    return image, row, column


@inlined
def locate(strides: Strides, image: int, row: int, column: int) -> np.uintp:
    """Where in its line a position of a blob starts.

    Unsigned, for an index that may be negative is checked, and a loop with checks is not made of vector instructions.
    """
    return np.uintp(image * strides[0] + row * strides[1] + column * strides[2])
