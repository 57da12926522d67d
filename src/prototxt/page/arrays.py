"""Arrays within a page: base64 of little-endian numbers, as many as fit, the largest left out first."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import frexp
from typing import Any, Literal, TypeVar

import numpy as np

from prototxt.blobs import Array

Dtype = Literal["float16", "float32"]

WIDTH = {"float16": 2, "float32": 4}

TAG = b'<script id="%s" type="application/octet-stream">%s</script>\n'
"""Names are made here and base64 knows no "<": nothing of a net can end the element."""

MAX_WHOLE = 2048
"""Up to here half precision holds every whole number."""

MAX_EXPONENT = 15
"""Half precision reaches to just below 2^16; its numbers are brought below 2^15."""

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """An array in a page: its values are `scale` times what the element holds.

    `scale` is a power of 2, so that it changes no digit: with it the largest value uses what half precision has.
    """

    id: str
    dtype: Dtype
    scale: float
    values: Array

    @classmethod
    def of(cls, id: str, dtype: Dtype, values: Array) -> Stored:
        """An array in its smallest error: numbers outside half precision's reach are scaled into it."""
        return cls(id, dtype, half_scale(values) if dtype == "float16" else 1.0, values)

    def reference(self) -> dict[str, Any]:
        """What the document says where the values belong."""
        scale = {} if self.scale == 1 else {"scale": self.scale}
        return {"id": self.id, "dtype": self.dtype, **scale}

    def tag(self) -> bytes:
        """The element."""
        values = self.values if self.scale == 1 else self.values * np.float32(1 / self.scale)
        numbers = values.astype("<f2" if self.dtype == "float16" else "<f4", order="C")
        return TAG % (self.id.encode(), b64encode(numbers.tobytes()))


def half_scale(values: Array) -> float:
    """The power of 2 by which values are divided before they become half precision; 1 where all are 0."""
    finite = np.abs(values[np.isfinite(values)])
    largest = float(finite.max(initial=0))
    # Numbers of float32 below 2^-126 are too small to count, and 1 / scale must stay a number.
    return 2.0 ** max(frexp(largest)[1] - MAX_EXPONENT, -126) if largest else 1.0


def kept_as(values: Array, dtype: Dtype) -> Dtype:
    """The type of number for these values: places and labels stay whole, whatever is asked for."""
    if dtype == "float32" or not values.size or not values.max() > MAX_WHOLE:
        return dtype
    return "float32" if np.array_equal(values, np.rint(values)) else dtype


def tag_bytes(count: int, dtype: Dtype) -> int:
    """What an array of so many numbers takes in a page, at most."""
    return 4 * -(-count * WIDTH[dtype] // 3) + len(TAG) + 16


def choose(sizes: Mapping[K, int], budget: int) -> frozenset[K]:
    """Those that fit into so many bytes when the largest are left out first."""
    left, kept = sum(sizes.values()), set(sizes)
    for key in sorted(sizes, key=sizes.__getitem__, reverse=True):
        if left <= budget:
            break
        left -= sizes[key]
        kept.remove(key)
    return frozenset(kept)


def alike(arrays: Mapping[K, Array]) -> dict[K, K]:
    """For each array the first one that holds the same bytes: a Dropout's top at TEST is its bottom."""
    first: dict[bytes, K] = {}
    return {key: first.setdefault(_digest(array), key) for key, array in arrays.items()}


def _digest(array: Array) -> bytes:
    return sha256(np.ascontiguousarray(array).data).digest()


def store(arrays: Mapping[K, Array], dtype: Dtype, budget: int) -> dict[K, Stored]:
    """The arrays that fit into so many bytes of a page; those that are alike are one."""
    first = alike(arrays)
    originals = dict.fromkeys(first.values())
    dtypes = {key: kept_as(arrays[key], dtype) for key in originals}
    kept = choose({key: tag_bytes(arrays[key].size, dtypes[key]) for key in originals}, budget)
    stored = {
        key: Stored.of(f"a{i}", dtypes[key], arrays[key])
        for i, key in enumerate(k for k in originals if k in kept)
    }
    return {key: stored[original] for key, original in first.items() if original in stored}


def tags(stored: Mapping[K, Stored]) -> Iterator[bytes]:
    """The elements, each once, made one by one."""
    return (one.tag() for one in {s.id: s for s in stored.values()}.values())
