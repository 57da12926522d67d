"""Files that layers write: only where the user allows it, and never over one that is there."""

from __future__ import annotations

from prototxt.errors import DataError
from prototxt.util.files import exists


def not_written(name: str) -> str:
    """The note that a file is not written, and how it would be."""
    hint = "load the net with allow_writes=True, for prototxt.caffe set PROTOTXT_ALLOW_WRITES=1"
    return f'"{name}" is not written; to write it, {hint}'


def check_new(path: str, field: str) -> None:
    """Raises DataError where a file of this name is there already; `field` is the one that names it."""
    if exists(path):
        what = "the file is there already, and is not written over"
        raise DataError(what, path=path, field=field, hint="move or delete it first")
