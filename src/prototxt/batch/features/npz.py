"""Features as NumPy's .npz: an array for every blob."""

from __future__ import annotations

import shutil
import tempfile
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO
from zipfile import ZipFile

from prototxt.batch.features.rows import NAMES, Append
from prototxt.blobs import Array, Shape
from prototxt.errors import InputError, Place
from prototxt.util.lazy import np
from prototxt.util.zip_names import entry_for

__all__ = ["Npz"]

_AT_ONCE = 1 << 20
"""Bytes that are copied at once."""

_NAMES_AT_ONCE = 1 << 9


class Npz:
    """An uncompressed .npz that `numpy.load(path, allow_pickle=False)` reads: names as text, rows as float32.

    Entries of a zip follow each other, so each blob's rows wait in a file without a name beside the target, and are
    copied in at the end.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    @contextmanager
    def rows(self, file: IO[bytes], shapes: Mapping[str, Shape]) -> Iterator[Append]:
        _check_apart(self._path, shapes)
        with ExitStack() as stack:
            folder = _spool_folder(self._path)
            spools = {blob: stack.enter_context(tempfile.TemporaryFile(dir=folder)) for blob in shapes}
            names = _Names(stack.enter_context(tempfile.TemporaryFile(dir=folder)))

            def append(more: Sequence[str], blobs: Mapping[str, Array]) -> None:
                for blob, spool in spools.items():
                    spool.write(blobs[blob].data)
                names.append(more)

            yield append
            with ZipFile(file, "w") as archive:
                names.write(archive)
                for blob, spool in spools.items():
                    _write_rows(archive, blob, spool, (names.count, *shapes[blob]))


class _Names:
    """Names that wait on disk: an array of text is as wide as its longest one, which is known at the end."""

    def __init__(self, spool: IO[bytes]) -> None:
        self._spool, self._lengths, self._longest = spool, array("I"), 1

    @property
    def count(self) -> int:
        return len(self._lengths)

    def append(self, names: Sequence[str]) -> None:
        for name in names:
            encoded = name.encode()
            self._spool.write(encoded)
            self._lengths.append(len(encoded))
            self._longest = max(self._longest, len(name))

    def write(self, archive: ZipFile) -> None:
        text = np.dtype(f"<U{self._longest}")
        self._spool.seek(0)
        with _entry(archive, NAMES, text, (self.count,)) as entry:
            for start in range(0, self.count, _NAMES_AT_ONCE):
                lengths = self._lengths[start : start + _NAMES_AT_ONCE]
                names = [self._spool.read(n).decode() for n in lengths]
                entry.write(np.array(names, text).tobytes())


def _write_rows(archive: ZipFile, blob: str, spool: IO[bytes], shape: Shape) -> None:
    spool.seek(0)
    with _entry(archive, blob, np.dtype("<f4"), shape) as entry:
        shutil.copyfileobj(spool, entry, _AT_ONCE)
    spool.close()  # gives its disk back before the next blob takes more


@contextmanager
def _entry(archive: ZipFile, key: str, dtype: np.dtype[np.generic], shape: Shape) -> Iterator[IO[bytes]]:
    with archive.open(entry_for(f"{key}.npy"), "w", force_zip64=True) as entry:
        header = {"descr": dtype.str, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(entry, header)
        yield entry


def _check_apart(path: str, shapes: Mapping[str, Shape]) -> None:
    """numpy.load finds the entry "a.npy" by "a" and by "a.npy", so it would never find a blob of that name."""
    for blob in (NAMES, *shapes):
        if f"{blob}.npy" in shapes:
            raise InputError(f'"{blob}" and a blob "{blob}.npy" are one name in .npz', place=Place(path))


def _spool_folder(path: str) -> Path | None:
    """The target's folder, which has the space that the file needs; None (the system's) for a pipe or a device."""
    target = Path(path).resolve()
    return target.parent if target.is_file() or not target.exists() else None
