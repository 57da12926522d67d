"""One thread at a time runs a net, or changes it; calls from other threads wait."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import RLock
from typing import Protocol, TypeVar, cast
from weakref import WeakSet

from prototxt.errors import InputError

__all__ = ["Turns", "in_turn"]

Method = TypeVar("Method", bound=Callable[..., object])


class Turns:
    """The turns of a net's calls. A call within a call of the same thread does not wait, or it would do so for ever."""

    def __init__(self) -> None:
        self._reset()
        _all.add(self)

    def _reset(self) -> None:
        self._lock, self._runs = RLock(), False

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for calls in other threads, and let them wait until this one is done."""
        with self._lock:
            yield

    @contextmanager
    def run(self) -> Iterator[None]:
        """The same for a forward.

        Raises InputError within a forward of the same thread (a watcher, a layer in Python): it would write over the
        blobs of the one around it.
        """
        with self._lock:
            if self._runs:
                raise InputError(
                    "forward was called within a forward of the same net, whose blobs it would write over",
                    hint="use another net there: net.clone() has the same parameters and blobs of its own",
                )
            self._runs = True
            try:
                yield
            finally:
                self._runs = False


class _HasTurns(Protocol):
    _turns: Turns


def in_turn(method: Method) -> Method:
    """A method of a net that waits for its turn."""

    @wraps(method)
    def wait(self: _HasTurns, *args: object, **kwargs: object) -> object:
        with self._turns.take():
            return method(self, *args, **kwargs)

    return cast(Method, wait)


_all: WeakSet[Turns] = WeakSet()


def _after_fork() -> None:
    """The thread that had a turn is not there in a child process, and would never end it."""
    for turns in _all:
        turns._reset()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
