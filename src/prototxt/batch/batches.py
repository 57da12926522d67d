"""Work that is done ahead in threads, such as reading files; and what was read, grouped into batches."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import chain, islice
from typing import TypeVar

from prototxt.batch.items import Failure, Item, Read
from prototxt.errors import PrototxtError

Entry = Item | Failure
T = TypeVar("T")
R = TypeVar("R")


def in_order(items: Iterable[T], act: Callable[[T], R], workers: int, depth: int) -> Generator[R]:
    """`act` on every item, in threads, up to `depth` items ahead of who takes the results; these come in order.

    What `act` raises is raised when its result is taken. Closing the generator waits for what is being done.
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
    """Every item of these files in order, or why it is none; up to `depth` files are read before they are needed.

    Of a file of arrays the first row is made ahead, the others when they are asked for.
    """
    with closing(in_order(names, lambda name: _begun(name, read), 1, depth)) as files:
        for entries in files:
            yield from entries


def _begun(name: str, read: Read) -> Iterator[Entry]:
    entries = _entries(name, read)
    return chain(list(islice(entries, 1)), entries)


def _entries(name: str, read: Read) -> Iterator[Entry]:
    try:
        yield from read(name)
    except PrototxtError as error:
        yield Failure(name, error)
    except MemoryError as error:
        yield Failure(name, PrototxtError(f"{name}: out of memory: {error}"))


def batches(entries: Iterable[Entry], size: int) -> Iterator[list[Entry]]:
    """Entries in order, in lists of up to `size` whose items have the same shapes; failures stay in their place."""
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
