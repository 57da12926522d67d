"""Batches prepared ahead of the net, in a thread of their own.

The thread knows the batches and a channel, never the Prefetch or the layer that holds it: a net that nobody needs
any more is collected, which closes the channel, which ends the thread.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Generator, Iterator
from threading import Condition, Thread, current_thread
from typing import Generic, TypeVar

from prototxt.errors import DataError, PrototxtError

__all__ = ["Prefetch"]

T = TypeVar("T")

_PATIENCE = 5.0
"""Seconds to wait for the thread to finish the batch it is at."""


class Prefetch(Generic[T]):
    """An iterator whose items are produced by a thread, at most `depth` ahead.

    `items` is called in the thread. What it raises is raised by `next`, then and ever after.
    """

    def __init__(self, items: Callable[[], Iterator[T]], depth: int, name: str = "prefetch") -> None:
        self._channel = _Channel[T](depth)
        thread = Thread(target=_pump, args=(items, self._channel), name=f"prototxt-{name}", daemon=True)
        self._close = weakref.finalize(self, _end, self._channel, thread)
        thread.start()

    def __iter__(self) -> Prefetch[T]:
        return self

    def __next__(self) -> T:
        return self._channel.get()

    def close(self) -> None:
        """End the thread and wait for it; also done when nobody needs this any more, and at exit."""
        self._close()


class _Channel(Generic[T]):
    """A queue of at most `depth` items that both sides can close."""

    def __init__(self, depth: int) -> None:
        self._items: deque[T] = deque()
        self._depth = depth
        self._changed = Condition()
        self._closed = False
        self._error: BaseException | None = None

    def put(self, item: T) -> bool:
        """Wait until there is space; False when nobody wants more."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._items) < self._depth)
            self._items.append(item)
            self._changed.notify_all()
            return not self._closed

    def get(self) -> T:
        """Wait for an item; raises what ended the other side."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed)
            if self._items:
                item = self._items.popleft()
                self._changed.notify_all()
                return item
            raise (self._error or DataError("the layer was closed", field=None)).with_traceback(None)

    def close(self, error: BaseException | None = None) -> None:
        """No more items; `error` is raised when those that are there are taken."""
        with self._changed:
            self._closed, self._error = True, self._error or error
            self._changed.notify_all()


def _pump(items: Callable[[], Iterator[T]], channel: _Channel[T]) -> None:
    source = None
    try:
        source = items()
        for item in source:
            if not channel.put(item):
                break
        channel.close()
    except (PrototxtError, MemoryError) as error:
        channel.close(error.with_traceback(None))
    except Exception as error:  # what a library raises on broken files must not end in silence
        channel.close(DataError(f"cannot be read: {type(error).__name__}: {error}"))
    finally:
        if isinstance(source, Generator):
            source.close()  # ends the `with` of open databases here, in the thread that opened them


def _end(channel: _Channel[T], thread: Thread) -> None:
    channel.close()
    if thread is not current_thread():
        thread.join(_PATIENCE)
