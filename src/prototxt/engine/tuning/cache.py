"""The file in the user's cache folder that holds the fastest kernels measured on this machine."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np

from prototxt.engine import blas
from prototxt.engine.tuning.machine import machine_name
from prototxt.errors import PrototxtError
from prototxt.plan.tuned import FastestKernels
from prototxt.util.files import regular_size, whole_file
from prototxt.util.user_cache import cache_file
from prototxt.util.version import __version__

__all__ = ["MAX_BYTES", "load_fastest", "store_fastest"]

FILE = "kernels.json"

MAX_BYTES = 1 << 24
"""Bytes of the file; a larger one was not written by this package."""


def load_fastest(threads: int) -> FastestKernels:
    """The kernels measured on this machine with N threads and these libraries; empty without a file.

    A broken file counts as none.
    """
    file = cache_file(FILE)
    try:
        status = Path(file).stat() if file else None
    except OSError:
        return {}
    if file is None or status is None:
        return {}
    return _machines(file, (status.st_mtime_ns, status.st_size)).get(_key(threads), {})


def store_fastest(threads: int, kernels: FastestKernels) -> None:
    """Add measured kernels to the file; do nothing without a cache folder of the user's own."""
    file = cache_file(FILE)
    if file is None:
        return
    machines, key = _read(file), _key(threads)
    machines[key] = {**machines.get(key, {}), **kernels}
    try:
        with whole_file(file) as whole:
            whole.write(json.dumps({"machines": machines}, indent=1).encode())
    except PrototxtError:  # a full disk, a folder that has become read-only: it is measured again next time
        return


def _key(threads: int) -> str:
    """The machine, threads and software that measured times depend on besides a layer's geometry."""
    software = f"prototxt {__version__}, NumPy {np.__version__}, {blas.version()}"
    return f"{machine_name()}, {threads} threads, {software}"


@lru_cache(maxsize=1)
def _machines(file: str, _stamp: tuple[int, int]) -> dict[str, dict[str, str]]:
    """The file's content, read again when it has changed."""
    return _read(file)


def _read(file: str) -> dict[str, dict[str, str]]:
    try:
        if regular_size(file) > MAX_BYTES:
            return {}
        stored = json.loads(Path(file).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    machines = stored.get("machines") if isinstance(stored, dict) else None
    if not isinstance(machines, dict):
        return {}
    return {key: kernels for key, kernels in machines.items() if _is_names(kernels)}


def _is_names(kernels: object) -> bool:
    return isinstance(kernels, dict) and all(isinstance(name, str) for name in kernels.values())
