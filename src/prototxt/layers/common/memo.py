"""Remembering what a layer computes from an input shape."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from prototxt.blobs import Shape

L = TypeVar("L")
T = TypeVar("T")

MAX_SHAPES = 64
"""Input shapes remembered per layer and method: a net that is run at more of them starts over."""


def once_per_shape(compute: Callable[[L, Shape], T]) -> Callable[[L, Shape], T]:
    """Decorator for a method of one shape: each layer computes it once for each of its latest input shapes."""
    attribute = f"_{compute.__name__}_by_shape"

    @wraps(compute)
    def remembered(self: L, shape: Shape) -> T:
        memo: dict[Shape, T] = self.__dict__.setdefault(attribute, {})
        try:
            return memo[shape]
        except KeyError:
            result = compute(self, shape)
            if len(memo) >= MAX_SHAPES:
                memo.clear()
            memo[shape] = result
            return result

    return remembered
