"""LevelDB: Caffe's older database, a folder of sorted tables.

LevelDB cannot open a database without writing to its folder (a lock, a log, tables written from the log). So it is
given a folder of its own in which the tables, which it never changes, are links, and the few small files copies: the
database stays as it is, may lie on a read-only disk, and may be read by several nets at once.

LevelDB maps its tables into memory. It never writes to a finished table; somebody else might, and so they are looked at
again while records are read.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from prototxt.data.paths import missing
from prototxt.errors import DataError
from prototxt.util.opened import CHANGED_HINT, OpenedFile

__all__ = ["create_leveldb", "open_leveldb"]

Library: TypeAlias = Any
"""plyvel or an object of it: the library has no type hints and need not be installed."""

_TABLES = (".ldb", ".sst")
_SMALL = re.compile(r"CURRENT|MANIFEST-\d+|\d+\.log")

_BYTES_AT_ONCE = 1 << 22
_SECONDS_BETWEEN_CHECKS = 0.005


def _library(path: str) -> Library:
    try:
        import plyvel
    except ImportError:
        why = "; plyvel is built for Python up to 3.12, an LMDB can be read by all"
        raise missing("plyvel", path, why) from None
    return plyvel


class LeveldbReader:
    """An open LevelDB; checksums are compared as it is read."""

    def __init__(self, path: str, library: Library, database: Library, tables: Sequence[OpenedFile]) -> None:
        self.path = path
        self._library, self._database, self._tables = library, database, tables

    def records(self) -> Iterator[tuple[bytes, bytes]]:
        try:
            checked = self._check(0.0)
            with self._database.iterator(verify_checksums=True, fill_cache=False) as records:
                for record in records:
                    yield record
                    checked = self._check(checked)
        except self._library.Error as error:
            raise _broken(self.path, error) from None

    def _check(self, checked: float) -> float:
        """Raises DataError where a table has changed; returns the time of the latest look, which `checked` is."""
        now = time.monotonic()
        if now - checked < _SECONDS_BETWEEN_CHECKS:
            return checked
        for table in self._tables:
            table.check()
        return now


@contextmanager
def open_leveldb(path: str) -> Iterator[LeveldbReader]:
    """The LevelDB in a folder. See `open_database`."""
    library = _library(path)
    if not (Path(path) / "CURRENT").is_file():
        raise DataError("not a LevelDB: it holds no file CURRENT", path=path)
    with tempfile.TemporaryDirectory(prefix="prototxt-leveldb-") as links:
        tables = _link(path, Path(links))
        try:
            database = library.DB(links, create_if_missing=False, paranoid_checks=True)
        except library.Error as error:
            raise _broken(path, error, links) from None
        try:
            yield LeveldbReader(path, library, database, tables)
        finally:
            database.close()


def _link(path: str, links: Path) -> list[OpenedFile]:
    """Links to a database's tables and copies of its other files; the tables as they are now."""
    tables = []
    try:
        for file in Path(path).iterdir():
            if not file.is_file():
                continue
            if file.suffix in _TABLES:
                tables.append(OpenedFile(file, lambda what: DataError(what, path=path, hint=CHANGED_HINT)))
                _link_one(file, links / file.name)
            elif _SMALL.fullmatch(file.name):
                shutil.copyfile(file, links / file.name)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", path=path) from None
    return tables


def _link_one(table: Path, link: Path) -> None:
    try:
        link.symlink_to(table.resolve())
    except OSError:  # not allowed on this system
        shutil.copyfile(table, link)


def _broken(path: str, error: Exception, links: str = "") -> DataError:
    return DataError(
        f"not a LevelDB that can be read: {_told(error).replace(links or path, path)}", path=path
    )


def _told(error: Exception) -> str:
    """The message of a LevelDB error; plyvel hands it on as bytes."""
    what = error.args[0] if error.args else error
    return what.decode(errors="replace") if isinstance(what, bytes) else str(what)


class LeveldbWriter:
    """A LevelDB that is being written."""

    def __init__(self, database: Library) -> None:
        self._database = database
        self._batch = database.write_batch()
        self._waiting = 0

    def put(self, key: bytes, record: bytes) -> None:
        self._batch.put(key, record)
        self._waiting += len(record)
        if self._waiting >= _BYTES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        self._batch.write()
        self._batch.clear()
        self._waiting = 0


@contextmanager
def create_leveldb(path: str) -> Iterator[LeveldbWriter]:
    """A new LevelDB in a new folder; raises DataError where it cannot be written."""
    library = _library(path)
    try:
        database = library.DB(path, create_if_missing=True, error_if_exists=True)
        try:
            writer = LeveldbWriter(database)
            yield writer
            writer.flush()
        finally:
            database.close()
    except library.Error as error:
        raise DataError(f"cannot be written: {_told(error)}", path=path) from None
