"""Work done ahead in threads, such as reading files, and its results grouped into batches."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import chain, islice
from typing import TypeVar

from prototxt.batch.items import Entry, Failure, Item
from prototxt.batch.readers import Read
from prototxt.errors import PrototxtError

__all__ = ["in_order", "read_ahead", "split_batches"]

T = TypeVar("T")
R = TypeVar("R")


def in_order(items: Iterable[T], act: Callable[[T], R], workers: int, depth: int) -> Generator[R]:
    """Call `act` on every item in `workers` threads, at most `depth` items ahead; the results, in order.

    An error of `act` is raised when its result is taken. Closing the generator waits for the calls in progress.
    """
    pool = ThreadPoolExecutor(workers, thread_name_prefix="prototxt-run")
    try:
        waiting: deque[Future[R]] = deque()
        for item in items:
            waiting.append(pool.submit(act, item))
            if len(waiting) > depth:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def read_ahead(names: Iterable[str], read: Read, depth: int) -> Generator[Entry]:
    """The items of these files in order, and a failure for each file that cannot be read.

    Up to `depth` files are read before they are needed, in one thread. The first row of a file of arrays is made
    ahead, the others when they are taken.
    """

    def open_file(name: str) -> Iterator[Entry]:
        entries = _entries(name, read)
        return chain(list(islice(entries, 1)), entries)

    with closing(in_order(names, open_file, 1, depth)) as files:
        for entries in files:
            yield from entries


def _entries(name: str, read: Read) -> Iterator[Entry]:
    try:
        yield from read(name)
    except PrototxtError as error:
        yield Failure(name, error)
    except MemoryError as error:
        yield Failure(name, PrototxtError(f"{name}: out of memory: {error}"))


def split_batches(entries: Iterable[Entry], size: int) -> Iterator[list[Entry]]:
    """Entries in order, in lists of at most `size` whose items have the same shapes; failures keep their place."""
    batch: list[Entry] = []
    shapes = None
    for entry in entries:
        if isinstance(entry, Item):
            if shapes not in (None, entry.shapes):
                yield batch
                batch = []
            shapes = entry.shapes
        batch.append(entry)
        if len(batch) == size:
            yield batch
            batch, shapes = [], None
    if batch:
        yield batch
