"""What this machine can do at best."""

from __future__ import annotations

from multiprocessing import get_context

from prototxt.engine.tuning import machine
from prototxt.engine.tuning.machine import Machine

ROUNDS = 7


def measure_machine(threads: int) -> Machine:
    """Measured in a process of its own, whose BLAS has `threads` threads (see `engines.set_threads`)."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(machine.measure_machine, (threads, ROUNDS))
