"""This machine and its best speed: float32 matrix products on all threads, copies of memory."""

from __future__ import annotations

import os
import platform
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from time import perf_counter

import numpy as np

from prototxt.engine import blas

__all__ = ["Machine", "busy", "machine_name", "measure_machine"]

SIZES = ((1024, 1024, 1024), (2048, 2048, 2048), (4096, 2048, 1024), (3136, 576, 512))
"""Rows, columns and depth of the products tried: square ones, and some that convolutions make."""

COPIED_BYTES = 1 << 27
"""Bytes to copy: more than caches hold."""

BUSY_LOAD = 0.5
"""The load average of the last minute from which on times are in doubt."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The best of a few tries each."""

    name: str
    threads: int
    gflops: float
    copy_gb: float
    """GB/s of a copy, bytes read and bytes written both counted."""

    def best(self, again: Machine) -> Machine:
        """The better of two measurements: another program may have run during one."""
        gflops, copy_gb = max(self.gflops, again.gflops), max(self.copy_gb, again.copy_gb)
        return replace(self, gflops=gflops, copy_gb=copy_gb)


def measure_machine(threads: int, rounds: int = 3) -> Machine:
    """The speed of `threads` threads, the best of `rounds` rounds: a second or two for three."""
    with blas.threads(threads):
        gflops = _gflops(rounds)
    return Machine(machine_name(), threads, gflops, _copy_gb(threads, rounds))


def _gflops(rounds: int) -> float:
    rng, best = np.random.default_rng(0), 0.0
    for rows, columns, depth in SIZES:
        a = rng.standard_normal((rows, depth), dtype=np.float32)
        b = rng.standard_normal((depth, columns), dtype=np.float32)
        out = np.empty((rows, columns), np.float32)
        for _ in range(rounds):
            start = perf_counter()
            np.matmul(a, b, out=out)
            best = max(best, 2e-9 * rows * columns * depth / (perf_counter() - start))
    return best


def _copy_gb(threads: int, rounds: int) -> float:
    source, target = np.ones(COPIED_BYTES // 4, np.float32), np.zeros(COPIED_BYTES // 4, np.float32)
    parts = list(zip(np.array_split(target, threads), np.array_split(source, threads), strict=True))
    best = 0.0
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(rounds):
            start = perf_counter()
            list(pool.map(lambda part: np.copyto(*part), parts))
            best = max(best, 2e-9 * COPIED_BYTES / (perf_counter() - start))
    return best


@cache
def machine_name() -> str:
    """The processor's model and how many cores the machine has."""
    try:
        match = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    except OSError:  # no Linux
        match = None
    return f"{match[1] if match else platform.processor() or platform.machine()}, {os.cpu_count()} cores"


def busy() -> str | None:
    """A warning where other programs are at work: threads then do not get the cores that they wait for."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load < BUSY_LOAD:
        return None
    return f"programs kept {load:.1f} cores busy in the last minute: do not trust times, nor ratios much"
