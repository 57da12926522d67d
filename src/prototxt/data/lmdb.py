"""LMDB: Caffe's usual database, a file of sorted pages.

It is read here page by page (`lmdb_pages.py`) and not through LMDB's own library: that maps the file into memory, where
a file that becomes shorter ends the whole process, and it can open a path only once, so that a database made anew there
would show its old records. The library is needed for writing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from prototxt.data.lmdb_pages import LmdbPages
from prototxt.data.paths import missing
from prototxt.errors import DataError
from prototxt.util.opened import CHANGED_HINT, OpenedFile

__all__ = ["create_lmdb", "open_lmdb"]

Library: TypeAlias = Any
"""lmdb or an object of it: the library has no type hints and need not be installed."""

_FIRST_SIZE = 1 << 26
_BYTES_AT_ONCE = 1 << 24


def _library(path: str) -> Library:
    try:
        import lmdb
    except ImportError:
        raise missing("lmdb", path) from None
    return lmdb


class LmdbReader:
    """An open LMDB: nothing is locked and nothing written."""

    def __init__(self, path: str, pages: LmdbPages) -> None:
        self.path = path
        self._pages = pages

    def records(self) -> Iterator[tuple[bytes, bytes]]:
        yield from self._pages.records()


@contextmanager
def open_lmdb(path: str) -> Iterator[LmdbReader]:
    """The LMDB at a path: its folder or, where it is kept without one, its file. See `open_database`."""
    folder = Path(path).is_dir()
    name = Path(path) / "data.mdb" if folder else Path(path)
    if not name.is_file():
        raise DataError("not an LMDB: it holds no data.mdb", path=path)
    try:
        file = OpenedFile(name, lambda what: DataError(what, path=path, hint=CHANGED_HINT))
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or error
        raise DataError(f"not an LMDB that can be read: {what}", path=path) from None
    yield LmdbReader(path, LmdbPages(file, path))


class LmdbWriter:
    """An LMDB that is being written; its map grows as it fills."""

    def __init__(self, library: Library, environment: Library) -> None:
        self._library, self._environment = library, environment
        self._size = _FIRST_SIZE
        self._waiting: list[tuple[bytes, bytes]] = []
        self._bytes = 0

    def put(self, key: bytes, record: bytes) -> None:
        self._waiting.append((key, record))
        self._bytes += len(record)
        if self._bytes >= _BYTES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what waits, all or nothing: a full map is doubled and the same tried again."""
        while self._waiting:
            try:
                with self._environment.begin(write=True) as transaction:
                    for key, record in self._waiting:
                        transaction.put(key, record)
                self._waiting.clear()
                self._bytes = 0
            except self._library.MapFullError:
                self._size *= 2
                self._environment.set_mapsize(self._size)


@contextmanager
def create_lmdb(path: str) -> Iterator[LmdbWriter]:
    """A new LMDB in a new folder; raises DataError where it cannot be written."""
    library = _library(path)
    try:
        environment = library.open(path, map_size=_FIRST_SIZE, lock=False)
        try:
            writer = LmdbWriter(library, environment)
            yield writer
            writer.flush()
        finally:
            environment.close()
    except library.Error as error:
        raise DataError(f"cannot be written: {error}", path=path) from None
