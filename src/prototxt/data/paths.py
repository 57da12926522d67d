"""The path of a file that a net names, and the error when it cannot be used."""

from __future__ import annotations

from pathlib import Path

from prototxt.errors import DataError
from prototxt.util.extras import missing_library
from prototxt.util.files import exists, regular_size
from prototxt.util.raw_text import path_of

__all__ = ["locate", "missing", "read_bytes"]


def locate(path: str, folder: str) -> str:
    """`path` as it stands (from the current folder, as in Caffe), or else beside the net, in `folder`.

    The path itself where it is in neither place.
    """
    path = path_of(path)
    beside = Path(folder) / path
    return path if exists(path) or not exists(str(beside)) else str(beside)


def read_bytes(path: str, what: str) -> bytes:
    """A whole regular file; raises DataError, calling it `what`. A pipe would wait for a writer for ever."""
    try:
        regular_size(path)
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise DataError(f"no such {what}", path=path) from None
    except (OSError, ValueError) as error:
        raise DataError(
            f"{what} cannot be read: {getattr(error, 'strerror', None) or error}", path=path
        ) from None


def missing(library: str, path: str, why: str = "") -> DataError:
    """The error for an optional library that is not installed."""
    what, hint = missing_library(library, "data")
    return DataError(what, path=path, hint=hint + why)
