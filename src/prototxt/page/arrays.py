"""Arrays in a page: base64 of little-endian numbers, as many as fit; the largest are left out first."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import frexp
from typing import Literal, TypeVar

import numpy as np

from prototxt.blobs import Array

Dtype = Literal["float16", "float32"]

WIDTH = {"float16": 2, "float32": 4}
"""Bytes of a number."""

TAG = b'<script id="%s" type="application/octet-stream">%s</script>\n'
"""The ids are generated here and base64 has no "<": nothing from a net can end the element."""

MAX_WHOLE = 2048
"""Half precision represents every whole number up to this one."""

MAX_EXPONENT = 15
"""Half precision ends just below 2^16; values are scaled to stay below 2^15."""

__all__ = [
    "Dtype",
    "Stored",
    "choose",
    "first_equal",
    "half_scale",
    "kept_as",
    "store",
    "tag_bytes",
    "tags",
]

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """An array in a page: its values are `scale` times the numbers in the element.

    `scale` is a power of 2, so that it changes no digit; it makes the largest value use the range of half precision.
    """

    id: str
    dtype: Dtype
    scale: float
    values: Array

    @classmethod
    def of(cls, id: str, dtype: Dtype, values: Array) -> Stored:
        """An array with the smallest rounding error: values outside the range of half precision are scaled into it."""
        return cls(id, dtype, half_scale(values) if dtype == "float16" else 1.0, values)

    def reference(self) -> dict[str, object]:
        """The reference to this array in the document."""
        scale = {} if self.scale == 1 else {"scale": self.scale}
        return {"id": self.id, "dtype": self.dtype, **scale}

    def tag(self) -> bytes:
        """The HTML element that holds the array."""
        values = self.values if self.scale == 1 else self.values * np.float32(1 / self.scale)
        numbers = values.astype("<f2" if self.dtype == "float16" else "<f4", order="C")
        return TAG % (self.id.encode(), b64encode(numbers.tobytes()))


def half_scale(values: Array) -> float:
    """The power of 2 by which values are divided before conversion to half precision; 1 where all are 0."""
    finite = np.abs(values[np.isfinite(values)])
    largest = float(finite.max(initial=0))
    # Values below 2^-126 are negligible, and 1 / scale must stay finite.
    return 2.0 ** max(frexp(largest)[1] - MAX_EXPONENT, -126) if largest else 1.0


def kept_as(values: Array, dtype: Dtype) -> Dtype:
    """The number type for these values: indices and labels keep all their digits whatever type is requested."""
    if dtype == "float32" or not values.size or not values.max() > MAX_WHOLE:
        return dtype
    return "float32" if np.array_equal(values, np.rint(values)) else dtype


def tag_bytes(count: int, dtype: Dtype) -> int:
    """The largest number of bytes that an array of `count` numbers takes in a page."""
    return 4 * -(-count * WIDTH[dtype] // 3) + len(TAG) + 16


def choose(sizes: Mapping[K, int], budget: int) -> frozenset[K]:
    """The keys whose sizes fit into `budget` bytes once the largest are left out."""
    left, kept = sum(sizes.values()), set(sizes)
    for key in sorted(sizes, key=sizes.__getitem__, reverse=True):
        if left <= budget:
            break
        left -= sizes[key]
        kept.remove(key)
    return frozenset(kept)


def first_equal(arrays: Mapping[K, Array]) -> dict[K, K]:
    """For each array the first one with the same bytes: in phase TEST the top of a Dropout equals its bottom."""
    first: dict[bytes, K] = {}
    return {key: first.setdefault(_digest(array), key) for key, array in arrays.items()}


def _digest(array: Array) -> bytes:
    return sha256(np.ascontiguousarray(array).data).digest()


def store(arrays: Mapping[K, Array], dtype: Dtype, budget: int) -> dict[K, Stored]:
    """The arrays that fit into `budget` bytes of a page; equal arrays are stored once."""
    first = first_equal(arrays)
    originals = dict.fromkeys(first.values())
    dtypes = {key: kept_as(arrays[key], dtype) for key in originals}
    kept = choose({key: tag_bytes(arrays[key].size, dtypes[key]) for key in originals}, budget)
    stored = {
        key: Stored.of(f"a{i}", dtypes[key], arrays[key])
        for i, key in enumerate(k for k in originals if k in kept)
    }
    return {key: stored[original] for key, original in first.items() if original in stored}


def tags(stored: Mapping[K, Stored]) -> Iterator[bytes]:
    """The elements of all arrays, each once."""
    return (one.tag() for one in {s.id: s for s in stored.values()}.values())
