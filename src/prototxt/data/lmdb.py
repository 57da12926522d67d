"""LMDB: Caffe's usual database, a file of sorted pages that is read through a memory map."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias

from prototxt.data.paths import missing
from prototxt.errors import DataError

__all__ = ["create_lmdb", "open_lmdb"]

Library: TypeAlias = Any
"""lmdb or an object of it: the library has no type hints and need not be installed."""

_lock = Lock()
_open: dict[str, list[Library]] = {}
"""Open environments by real path, each with how many readers it has: a process may open a path only once."""

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

    def __init__(self, path: str, library: Library, environment: Library) -> None:
        self.path = path
        self._library, self._environment = library, environment

    def records(self) -> Iterator[tuple[bytes, bytes]]:
        try:
            transaction = self._environment.begin()
            try:
                yield from transaction.cursor()
            finally:
                with suppress(self._library.Error):  # who closed the environment first has ended it
                    transaction.abort()
        except self._library.Error as error:
            raise _broken(self.path, error) from None


@contextmanager
def open_lmdb(path: str) -> Iterator[LmdbReader]:
    """The LMDB at a path: its folder or, where it is kept without one, its file. See `open_database`."""
    library = _library(path)
    real = str(Path(path).resolve())
    with _lock:
        if real not in _open:
            _open[real] = [_environment(library, path), 0]
        _open[real][1] += 1
    try:
        yield LmdbReader(path, library, _open[real][0])
    finally:
        with _lock:
            _open[real][1] -= 1
            if not _open[real][1]:
                _open.pop(real)[0].close()


def _environment(library: Library, path: str) -> Library:
    folder = Path(path).is_dir()
    file = Path(path) / "data.mdb" if folder else Path(path)
    if not file.is_file():
        raise DataError("not an LMDB: it holds no data.mdb", path=path)
    try:
        environment = library.open(path, readonly=True, lock=False, subdir=folder, create=False)
    except (library.Error, OSError, ValueError) as error:
        raise _broken(path, error) from None
    # Pages after the end of a file that was cut off would end the whole process (SIGBUS).
    needed = (environment.info()["last_pgno"] + 1) * environment.stat()["psize"]
    size = file.stat().st_size
    if needed > size:
        environment.close()
        raise DataError(f"the LMDB is cut off: it has {size:,} bytes and needs {needed:,}", path=path)
    return environment


def _broken(path: str, error: Exception) -> DataError:
    return DataError(f"not an LMDB that can be read: {str(error).removeprefix(f'{path}: ')}", path=path)


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
