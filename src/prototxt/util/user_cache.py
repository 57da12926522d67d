"""Where things are kept between runs: the compiled grammar, the kernels that were found to be fastest."""

from __future__ import annotations

import os
import sys
from pathlib import Path

WRITABLE_BY_OTHERS = 0o022


def cache_file(name: str) -> str | None:
    """A path of this name in the user's cache folder, which is made where it is missing.

    None where there is no such folder, or where others may write to it: the grammar there is loaded as code.
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
