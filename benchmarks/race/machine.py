"""What this machine can do at best, and whether something else runs on it."""

from __future__ import annotations

import os
from multiprocessing import get_context

from prototxt.engine import machine
from prototxt.engine.machine import Machine

ROUNDS = 7
BUSY = 0.5
"""Programs that ran on average in the last minute, from which on times are in doubt."""


def measure_machine(threads: int) -> Machine:
    """Measured in a process of its own, whose BLAS has `threads` threads (see `engines.set_threads`)."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(machine.measure_machine, (threads, ROUNDS))


def busy() -> str | None:
    """A warning where other programs are at work: engines then do not wait for the same share of the cores."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load < BUSY:
        return None
    return f"programs kept {load:.1f} cores busy in the last minute: do not trust times, nor ratios much"
