"""Features as HDF5: a dataset per blob, as HDF5Data reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import SEEK_SET
from typing import IO, TypeVar

from prototxt.batch.features.rows import NAMES, Append, no_library
from prototxt.blobs import Array, Shape, count
from prototxt.errors import InputError, Place
from prototxt.util.hdf5 import import_h5py

__all__ = ["Hdf5", "chunk"]

_CHUNK = 1 << 16
"""Values in a chunk, 256 KB: it fits into HDF5's cache of 1 MB, so that appending a single row reads nothing back."""

_NAMES_CHUNK = 1 << 10

T = TypeVar("T")


class Hdf5:
    """Datasets that grow: names as text in UTF-8, rows as float32; "a/b" is the dataset b in the group a."""

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            self._library = import_h5py()
        except ImportError:
            raise no_library("h5py", "data", path) from None

    @contextmanager
    def rows(self, file: IO[bytes], shapes: Mapping[str, Shape]) -> Iterator[Append]:
        _check_paths(self._path, shapes)
        text = self._library.string_dtype("utf-8")
        with _sheltered(file) as shelter, self._library.File(shelter, "w") as target:
            datasets = {
                NAMES: target.create_dataset(NAMES, (0,), text, maxshape=(None,), chunks=(_NAMES_CHUNK,))
            }
            for blob, row in shapes.items():
                datasets[blob] = target.create_dataset(
                    blob, (0, *row), "<f4", maxshape=(None, *row), chunks=chunk(row)
                )

            def append(names: Sequence[str], blobs: Mapping[str, Array]) -> None:
                for key, dataset in datasets.items():
                    before = dataset.shape[0]
                    dataset.resize(before + len(names), axis=0)
                    dataset[before:] = names if key == NAMES else blobs[key]
                shelter.check()

            yield append


class _Shelter:
    """A file whose writes never fail, because HDF5 aborts the process where one does (a full disk).

    It keeps the first error and writes nothing afterwards; `check` raises it.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._error: OSError | None = None

    def check(self) -> None:
        if self._error is not None:
            raise self._error

    def write(self, data: memoryview) -> None:
        self._try(lambda: self._file.write(data))

    def truncate(self, size: int) -> None:
        self._try(lambda: self._file.truncate(size))

    def flush(self) -> None:
        self._try(self._file.flush)

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        return self._try(lambda: self._file.seek(offset, whence)) or 0

    def tell(self) -> int:
        return self._try(self._file.tell) or 0

    def read(self, size: int) -> bytes:
        """The bytes written there, zeros where nothing was."""
        return (self._try(lambda: self._file.read(size)) or b"").ljust(size, b"\0")

    def _try(self, act: Callable[[], T]) -> T | None:
        if self._error is None:
            try:
                return act()
            except OSError as error:
                self._error = error
        return None


@contextmanager
def _sheltered(file: IO[bytes]) -> Iterator[_Shelter]:
    shelter = _Shelter(file)
    yield shelter
    shelter.flush()
    shelter.check()


def chunk(row: Shape) -> Shape:
    """The chunk for rows of this shape: many rows where they are small, the end of one where it is large."""
    left, sides = _CHUNK, list[int]()
    for size in reversed((max(1, _CHUNK // count(row)), *row)):
        sides.append(min(size, max(1, left)))
        left //= sides[-1]
    return tuple(reversed(sides))


def _check_paths(path: str, shapes: Mapping[str, Shape]) -> None:
    """Raises InputError for names that are no paths of HDF5, and where one blob would be both dataset and group."""
    taken = {NAMES: NAMES, **{blob: blob for blob in shapes}}
    for blob in shapes:
        parts = blob.split("/")
        if {"", "."} & set(parts):
            what = f'blob "{blob}": HDF5 has no such name; .npz and .parquet take it'
            raise InputError(what, place=Place(path))
        for end in range(1, len(parts)):
            if (group := "/".join(parts[:end])) in taken:
                what = f'"{group}" cannot be both rows and the group of blob "{blob}"; .npz and .parquet take both'
                raise InputError(what, place=Place(path))
