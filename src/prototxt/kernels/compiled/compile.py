"""How functions are compiled: once, for the types they are called with; the next process finds them on disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba import types
from numba.extending import register_jitable
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from prototxt.kernels.pool import PoolGeometry
from prototxt.kernels.window import Geometry

Array = NDArray[np.float32]
Pair = tuple[int, int]
Steps = tuple[int, int, int]
Span = tuple[int, int, int, int]
Index = int | np.uintp
Number = float | np.float32
Function = TypeVar("Function", bound=Callable[..., Any])

make_tuple: Callable[..., types.Type] = types.BaseTuple.from_types

LINE = types.Array(types.float32, 1, "C")
COUNT, NUMBER = types.uint64, types.float32
PAIR, STEPS, SPAN = (make_tuple([types.int64] * length) for length in (2, 3, 4))
WINDOW, POOL = (make_tuple([PAIR] * len(kind._fields), kind) for kind in (Geometry, PoolGeometry))
"""The types of arguments: the memory of a blob (`line`), counts, numbers, `steps`, a `Span`, geometries."""


def compiled(*arguments: types.Type) -> Callable[[Function], Function]:
    """Compiles a function that writes to its arguments; it runs without the interpreter's lock.

    The result lies beside the module, or in the user's cache folder where that cannot be written; where neither can,
    each process compiles anew. Products and sums may be fused, nothing else: NaN and infinity stay what they are.
    """

    def make(function: Function) -> Function:
        how: dict[str, Any] = {"nogil": True, "fastmath": {"contract"}, "error_model": "numpy"}
        signature = types.void(*arguments)
        try:
            return cast(Function, numba.njit(signature, cache=True, **how)(function))
        except (
            Exception
        ):  # no folder to write to, a full disk, a damaged file; a fault of the function comes again
            return cast(Function, numba.njit(signature, **how)(function))

    return make


def inlined(function: Function) -> Function:
    """A helper of compiled functions, which becomes a part of each that calls it."""
    made: Function = register_jitable(function)
    return made


def line(blob: Array) -> Array:
    """The memory from a blob's first number to its last, N x H x W x C: channels lie side by side, the other axes may
    have gaps, such as those of a part of a Concat."""
    reach = sum((length - 1) * step for length, step in zip(blob.shape[:3], steps(blob), strict=True))
    return as_strided(blob, (reach + blob.shape[3],), (blob.itemsize,))


def steps(blob: Array) -> Steps:
    """How many numbers lie between images, rows and columns."""
    image, row, column = (stride // blob.itemsize for stride in blob.strides[:3])
    return image, row, column


@inlined
def place(steps: Steps, image: int, row: int, column: int) -> np.uintp:
    """Where in its line a position of a blob starts.

    Unsigned, for an index that may be negative is checked, and a loop with checks is not made of vector instructions.
    """
    return np.uintp(image * steps[0] + row * steps[1] + column * steps[2])
