"""The interface of every database, and the kind that lies at a path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from prototxt.errors import DataError
from prototxt.util.files import exists

__all__ = ["Reader", "backend_at", "create_database", "open_database"]

BACKENDS = ("LEVELDB", "LMDB")
"""DataParameter.DB by number."""


class Reader(Protocol):
    """An open database. All that can go wrong raises DataError naming the path."""

    path: str

    def records(self) -> Iterator[tuple[bytes, bytes]]:
        """Every (key, record) once, in the order of the keys' bytes."""


class Writer(Protocol):
    """A database that is being written."""

    def put(self, key: bytes, record: bytes) -> None:
        """One more record."""


def open_database(path: str, backend: str) -> AbstractContextManager[Reader]:
    """A database for reading: `backend` is "LMDB" or "LEVELDB".

    Raises DataError for a path that is missing, broken, empty or holds a database of the other kind.
    """
    if not exists(path):
        raise DataError("no such database", path=path)
    if backend not in BACKENDS:
        what = f"backend: {backend} is a database of another program"
        raise DataError(what, path=path, field="backend", hint="give images of your own in its place")
    actual = backend_at(path)
    if actual and actual != backend:
        what = f"the net says backend: {backend}, but this is a database of kind {actual}"
        raise DataError(what, path=path, field="backend", hint=f"write backend: {actual}")
    return _open(backend)(path)


def _open(backend: str) -> Callable[[str], AbstractContextManager[Reader]]:
    if backend == "LMDB":
        from prototxt.data.lmdb import open_lmdb

        return open_lmdb
    from prototxt.data.leveldb import open_leveldb

    return open_leveldb


def backend_at(path: str) -> str | None:
    """The kind of database at a path, by the names of its files; None where they do not tell."""
    if (Path(path) / "data.mdb").exists():
        return "LMDB"
    return "LEVELDB" if (Path(path) / "CURRENT").exists() else None


def create_database(path: str, backend: str) -> AbstractContextManager[Writer]:
    """A new database at a path where nothing is yet."""
    if backend == "LMDB":
        from prototxt.data.lmdb import create_lmdb

        return create_lmdb(path)
    from prototxt.data.leveldb import create_leveldb

    return create_leveldb(path)
