"""Limits of this machine, which are checked before anything is allocated."""

from __future__ import annotations

import os

from prototxt.errors import InputError

__all__ = ["MAX_UNPACKED", "check_fits"]

MAX_UNPACKED = 1032
"""Maximum expansion ratio of deflate (zlib's documentation); a file that claims more is malformed."""


def check_fits(needed: int, what: str, hint: str | None = None) -> None:
    """Checks that `needed` bytes fit into this machine's memory.

    Raises InputError with both figures when they do not.
    """
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # unknown on this system
        return
    if needed > memory:
        raise InputError(
            f"{what} needs {needed / 1e9:,.1f} GB, this machine has {memory / 1e9:,.1f} GB",
            hint=hint,
        )
