"""Access to h5py, and checks of datasets in HDF5 files from untrusted sources."""

from __future__ import annotations

from math import prod
from typing import Any, TypeAlias

__all__ = ["MAGIC", "UNUSABLE", "H5Object", "import_h5py", "is_dataset", "why_not"]

MAGIC = b"\x89HDF\r\n\x1a\n"
_MAX_CHUNK_BYTES = 1 << 30

H5Object: TypeAlias = Any
"""h5py itself, or a file, group or dataset of it: the library has no type hints and need not be installed."""

UNUSABLE = (OSError, RuntimeError, ValueError, KeyError, TypeError)
"""h5py raises any of these for a broken file."""


def import_h5py() -> H5Object:
    """The library; raises ImportError where it is not installed (the extra `data`)."""
    import h5py

    return h5py


def is_dataset(member: H5Object) -> bool:
    """Whether an object of an HDF5 file is a dataset, and not a group or a type."""
    return isinstance(member, import_h5py().Dataset)


def why_not(dataset: H5Object) -> str:
    """Returns why a dataset must not be read, as the end of a sentence; an empty string where it may be.

    A virtual or external dataset would read any file that its author names; a huge chunk is allocated whole.
    """
    if dataset.is_virtual or dataset.external:
        return "lies in other files"
    chunk = prod(dataset.chunks or (0,)) * dataset.dtype.itemsize
    if chunk > _MAX_CHUNK_BYTES:
        return f"is stored in chunks of {chunk:,} bytes: too large"
    return ""
