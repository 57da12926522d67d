"""What this machine can hold: sizes are checked before anything is allocated."""

from __future__ import annotations

import os

from prototxt.errors import InputError

MAX_UNPACKED = 1032
"""Bytes that deflate makes of one, at most (zlib's documentation); a file that tells of more is lying."""


def check_fits(needed: int, what: str, hint: str | None = None) -> None:
    """Refuses what this machine's memory cannot hold, before anything is allocated.

    Raises InputError with both figures.
    """
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not told on this system
        return
    if needed > memory:
        raise InputError(
            f"{what} needs {needed / 1e9:,.1f} GB, this machine has {memory / 1e9:,.1f} GB",
            hint=hint,
        )
