"""Reading ahead of the net, and grouping what was read into batches."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from prototxt.errors import PrototxtError
from prototxt.runs.items import Failure, Item, Read

Entry = Item | Failure


def read_ahead(names: Iterable[str], read: Read, depth: int) -> Generator[Entry]:
    """Every item of these files in order, or why it is none; up to `depth` files are read before they are needed.

    The reading is done by one other thread.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="prototxt-read")
    try:
        waiting: deque[Future[list[Entry]]] = deque()
        for name in names:
            waiting.append(pool.submit(_read_all, name, read))
            if len(waiting) > depth:
                yield from waiting.popleft().result()
        for future in waiting:
            yield from future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _read_all(name: str, read: Read) -> list[Entry]:
    try:
        return list(read(name))
    except PrototxtError as error:
        return [Failure(name, error)]
    except MemoryError as error:
        return [Failure(name, PrototxtError(f"{name}: out of memory: {error}"))]


def batches(entries: Iterable[Entry], size: int) -> Iterator[list[Entry]]:
    """Entries in order, in lists of up to `size` items that have the same shapes; failures stay in their place."""
    batch: list[Entry] = []
    shapes, items = None, 0
    for entry in entries:
        if isinstance(entry, Item):
            if items == size or (items and entry.shapes != shapes):
                yield batch
                batch, items = [], 0
            shapes, items = entry.shapes, items + 1
        batch.append(entry)
    if batch:
        yield batch
