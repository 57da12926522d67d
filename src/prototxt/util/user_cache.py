"""The user's cache folder: the compiled grammar and the fastest kernels are kept there between runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["cache_file"]

WRITABLE_BY_OTHERS = 0o022


def cache_file(name: str) -> str | None:
    """Returns the path of a file in the user's cache folder, which is created if it is missing.

    None where it cannot be created, or where others may write to it: the grammar there is loaded as code.
    """
    try:
        folder = _cache_home() / "prototxt"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except (OSError, RuntimeError):  # RuntimeError: the user has no home
        return None
    if hasattr(os, "geteuid") and (status.st_uid != os.geteuid() or status.st_mode & WRITABLE_BY_OTHERS):
        return None
    return str(folder / name)


def _cache_home() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
