"""The user's cache folder: the compiled grammar and the fastest kernels are kept there between runs."""

from __future__ import annotations

import os
import sys

__all__ = ["cache_file"]

WRITABLE_BY_OTHERS = 0o022


def cache_file(name: str) -> str | None:
    """Returns the path of a file in the user's cache folder, which is created if it is missing.

    None where it cannot be created, or where others may write to it: the grammar there is loaded as code.
    """
    folder = os.path.join(_cache_home(), "prototxt")
    if folder.startswith("~"):  # the user has no home
        return None
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        status = os.stat(folder)
    except OSError:
        return None
    if hasattr(os, "geteuid") and (status.st_uid != os.geteuid() or status.st_mode & WRITABLE_BY_OTHERS):
        return None
    return os.path.join(folder, name)


def _cache_home() -> str:
    if sys.platform == "win32":
        return os.environ.get("LOCALAPPDATA") or os.path.expanduser(r"~\AppData\Local")
    return os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
