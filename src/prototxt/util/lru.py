"""A cache of the values that were used last."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Generic, TypeVar

__all__ = ["LruCache"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class LruCache(Generic[K, V]):
    """At most `size` values by key; the one that was not used for longest goes first."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._values: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value of this key; `make` creates it where there is none.

        Two threads that ask for the same new key at the same time may both create it; the cache keeps one of them.
        """
        try:
            value = self._values.pop(key)
        except KeyError:
            value = make()
        self._values[key] = value  # the last one now
        while len(self._values) > self.size:
            with suppress(KeyError):  # another thread has removed it
                self._values.popitem(last=False)
        return value

    def clear(self) -> None:
        """Forget all values."""
        self._values.clear()
