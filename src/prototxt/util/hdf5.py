"""HDF5 files from strangers: the one door to h5py, and which datasets are read."""

from __future__ import annotations

from math import prod
from typing import Any, TypeAlias

MAGIC = b"\x89HDF\r\n\x1a\n"
_MAX_CHUNK_BYTES = 1 << 30

H5Object: TypeAlias = Any
"""h5py itself, or a file, group or dataset of it: the library has no type hints and need not be installed."""

UNUSABLE = (OSError, RuntimeError, ValueError, KeyError, TypeError)
"""h5py tells of broken files by any of these."""


def import_h5py() -> H5Object:
    """The library; raises ImportError where it is not installed (the extra `data`)."""
    import h5py

    return h5py


def is_dataset(member: H5Object) -> bool:
    """Whether an object of an HDF5 file is a dataset, and not a group or a type."""
    return isinstance(member, import_h5py().Dataset)


def why_not(dataset: H5Object) -> str:
    """What forbids reading a dataset, as the end of a sentence about it; empty where nothing does.

    A virtual or external one would read whatever files a stranger names, a huge chunk is allocated whole.
    """
    if dataset.is_virtual or dataset.external:
        return "lies in other files"
    chunk = prod(dataset.chunks or (0,)) * dataset.dtype.itemsize
    if chunk > _MAX_CHUNK_BYTES:
        return f"is stored in chunks of {chunk:,} bytes: too large"
    return ""
