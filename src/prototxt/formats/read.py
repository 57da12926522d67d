"""Reads weights files of every form, which their first bytes show, whatever their names say."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path
from stat import S_ISREG

from prototxt.formats.caffemodel import read_caffemodel
from prototxt.formats.hdf5 import read_hdf5
from prototxt.formats.npz import ZIP_MAGICS, read_npz
from prototxt.formats.stored import StoredLayer
from prototxt.util.hdf5 import MAGIC as HDF5_MAGIC

__all__ = ["read_weights"]


def read_weights(path: str | PathLike[str]) -> tuple[StoredLayer, ...]:
    """Every layer of a `.caffemodel`, `.caffemodel.h5` or `.npz` file, by what the file is and not by its name.

    Shapes and counts are checked here; the numbers stay in the file until they are needed.

    Raises WeightsError, naming the file, for one that is missing, broken, or of another form.
    """
    head = _head(fspath(path))
    if head.startswith(HDF5_MAGIC):
        return read_hdf5(path)
    if head.startswith(ZIP_MAGICS):
        return read_npz(path)
    return read_caffemodel(path)


def _head(path: str) -> bytes:
    """A regular file's first bytes; nothing for what cannot be read, which the reader of .caffemodel says better."""
    try:
        # A pipe would wait for a writer for ever: look before opening.
        if not S_ISREG(Path(path).stat().st_mode):
            return b""
        with Path(path).open("rb") as file:
            return file.read(8)
    except (OSError, ValueError):
        return b""
