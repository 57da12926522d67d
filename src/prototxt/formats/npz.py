"""`.npz` files: an array <layer>/<i> for every blob of every layer, in NumPy's own form.

Source: NumPy's documentation, numpy.lib.format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from os import PathLike, fspath
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import numpy as np

from prototxt.blobs import AnyArray, Array
from prototxt.errors import Place, PrototxtError, WeightsError, a_few, printable
from prototxt.formats.npy import BROKEN, SUFFIX, open_npz, read_entry, read_header
from prototxt.formats.stored import StoredBlob, StoredLayer, in_layers, split_key
from prototxt.util.opened import CHANGED_HINT, OpenedFile
from prototxt.util.zip_names import entry_for, name_of

__all__ = ["ZIP_MAGICS", "read_npz", "write_npz"]

ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
"""A zip archive's first bytes; the second are those of an empty one."""

_MAX_KEY_BYTES = 65_000


def read_npz(path: str | PathLike[str]) -> tuple[StoredLayer, ...]:
    """Every layer of an `.npz` file with keys <layer>/<i>; other keys are left aside.

    Only headers are read, and must agree with what the archive holds; the numbers are unpacked when they
    are needed. The file stays open until every blob has been read or dropped. Nothing in it is ever run (no pickle).

    Raises WeightsError for a broken file, one without such keys, and arrays that are not of floats.
    """
    file = fspath(path)
    with _errors_of(file):
        opened = OpenedFile(file, lambda what: WeightsError(what, place=Place(file), hint=CHANGED_HINT))
    with _errors_of(file), opened.unchanged():
        archive = open_npz(file)
        entries = {
            name.removesuffix(SUFFIX): entry
            for entry in archive.infolist()
            if (name := name_of(entry)).endswith(SUFFIX)
        }
    if not entries:
        raise _no_arrays(file, archive)
    blobs = {
        key: _stored(archive, entry, opened, *key)
        for name, entry in entries.items()
        if (key := split_key(name))
    }
    if not blobs:
        raise _error(
            file, f"no weights in this .npz: its keys are {_quoted(entries)}, expected are <layer>/<i>"
        )
    return in_layers(blobs)


def write_npz(file: IO[bytes], arrays: Iterable[tuple[str, Array]]) -> None:
    """Arrays by key, one at a time: what np.savez writes, for any key (one called "file" would be its argument).

    Raises PrototxtError for a key that no zip archive can hold.
    """
    with ZipFile(file, "w") as archive:
        for key, values in arrays:
            if "\0" in key or len(key.encode()) > _MAX_KEY_BYTES:
                what = (
                    f'"{printable(key)}" has a NUL in it'
                    if "\0" in key
                    else f"{len(key)} characters are too long"
                )
                raise PrototxtError(f"{what} for a name in an .npz file")
            with archive.open(entry_for(key + SUFFIX), "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, values, allow_pickle=False)


def _error(path: str, what: str, layer: str | None = None) -> WeightsError:
    return WeightsError(what, place=Place(path), layer=layer)


@contextmanager
def _errors_of(
    path: str, layer: str | None = None, what: str = "not an .npz file that can be used"
) -> Iterator[None]:
    try:
        yield
    except BROKEN as error:
        raise _error(path, f"{what}: {error}", layer) from None


def _no_arrays(path: str, archive: ZipFile) -> WeightsError:
    names = archive.namelist()
    if any(name.endswith("data.pkl") for name in names):
        return _error(path, "this is a PyTorch file (.pth), not a .caffemodel, .caffemodel.h5 or .npz")
    return _error(
        path, f"this is a zip archive without arrays (.npy), not an .npz; it holds {_quoted(names)}"
    )


def _quoted(names: Iterable[str]) -> str:
    return a_few([f'"{printable(name)}"' for name in names]) or "nothing"


def _stored(archive: ZipFile, entry: ZipInfo, opened: OpenedFile, layer: str, i: int) -> StoredBlob:
    path = opened.path
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise _error(
            path, f"blob {i} is compressed by method {entry.compress_type}, which NumPy does not", layer
        )
    with opened.unchanged(), _errors_of(path, layer, f"blob {i}"), archive.open(entry) as stream:
        shape, dtype = read_header(stream, entry.file_size)
    if dtype.kind != "f" or dtype.itemsize > 8:
        raise _error(path, f"blob {i} holds {dtype}, not float or double", layer)
    return StoredBlob(shape, False, partial(_read, archive, entry, opened, layer))


def _read(archive: ZipFile, entry: ZipInfo, opened: OpenedFile, layer: str) -> AnyArray:
    with opened.unchanged(), _errors_of(opened.path, layer):
        return read_entry(archive, entry)
