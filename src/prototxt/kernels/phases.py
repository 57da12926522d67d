"""The work of a layer, divided: phases of tasks that worker threads share, each task a list of NumPy calls.

Inside a plan arrays are channels-last, N x H x W x C: a window of the input is then a few long runs of memory, and
whatever is done per channel runs along it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate
from math import ceil, prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ALIGN", "MIN_PARALLEL_MACS", "Array", "Buffers", "Call", "Phase", "copy_into", "join_single_tasks",
    "make_phase", "merge", "single_task",
]  # fmt: skip

Array = NDArray[np.float32]

ALIGN = 16
"""Arrays in one piece of memory start at multiples of this many numbers: 64 bytes, a cache line."""

MIN_PARALLEL_MACS = 1 << 22
"""Multiply-adds below which a step is one task: handing it to other threads costs more than it saves."""

Call = Callable[[], object]
"""One call of NumPy with all its arguments bound, such as `partial(np.add, x, y, y)`."""

RunTask = Callable[[int], None]
"""Runs a task, given its number."""


class Phase(NamedTuple):
    """Tasks 0 to `tasks` - 1, which may run at the same time and in any order.

    `worker` is called once for every worker thread, with `scratch` numbers of memory that only this thread uses, and
    returns the function that runs a task by its number.
    """

    tasks: int
    worker: Callable[[Array], RunTask]
    scratch: int = 0


class Buffers:
    """Arrays of the given shapes, one after the other in one piece of memory of `size` numbers."""

    def __init__(self, *shapes: Sequence[int]) -> None:
        self._shapes = shapes
        self._starts = list(accumulate((_aligned(prod(shape)) for shape in shapes), initial=0))
        self.size = self._starts[-1]

    def views(self, memory: Array) -> list[Array]:
        """The arrays, in memory that holds at least `size` numbers."""
        places = zip(self._starts, self._shapes, strict=False)
        return [memory[start : start + prod(shape)].reshape(shape) for start, shape in places]


def _aligned(numbers: int) -> int:
    return ceil(numbers / ALIGN) * ALIGN


def make_phase(
    tasks: int, calls: Callable[[int, Sequence[Array]], Sequence[Call]], *scratch: Sequence[int]
) -> Phase:
    """A phase whose task `i` makes the calls `calls(i, arrays)`; each worker has scratch arrays of these shapes.

    The calls of all tasks are built when a worker is made, not when a task runs: a thread that builds a call
    holds the interpreter's lock, and so keeps the others from starting theirs.
    """
    buffers = Buffers(*scratch)

    def worker(memory: Array) -> RunTask:
        arrays = buffers.views(memory)
        calls_of_task = [tuple(calls(i, arrays)) for i in range(tasks)]

        def run(i: int) -> None:
            for call in calls_of_task[i]:
                call()

        return run

    return Phase(tasks, worker, buffers.size)


def copy_into(target: Array, source: Array) -> Call:
    """target[...] = source."""
    return partial(np.copyto, target, source)


def single_task(action: Callable[[], object]) -> Phase:
    """A phase of one task."""

    def run(_: int) -> None:
        action()

    return Phase(1, lambda _: run)


def merge(phases: Sequence[Phase]) -> Phase:
    """The tasks of all these phases as one phase: for phases that need not wait for one another."""
    if len(phases) == 1:
        return phases[0]
    ends = list(accumulate(phase.tasks for phase in phases))

    def worker(scratch: Array) -> RunTask:
        runs = [phase.worker(scratch) for phase in phases]

        def run(i: int) -> None:
            which = bisect_right(ends, i)
            runs[which](i - ends[which] + phases[which].tasks)

        return run

    return Phase(ends[-1], worker, max(phase.scratch for phase in phases))


def join_single_tasks(phases: Sequence[Phase]) -> list[Phase]:
    """The phases that have tasks, where consecutive phases of one task each become one phase of one task."""
    runs: list[list[Phase]] = []
    for phase in phases:
        if phase.tasks == 1 and runs and runs[-1][-1].tasks == 1:
            runs[-1].append(phase)
        elif phase.tasks:
            runs.append([phase])
    return [_sequence(run) for run in runs]


def _sequence(phases: Sequence[Phase]) -> Phase:
    if len(phases) == 1:
        return phases[0]

    def worker(scratch: Array) -> RunTask:
        runs = [phase.worker(scratch) for phase in phases]

        def run(_: int) -> None:
            for each in runs:
                each(0)

        return run

    return Phase(1, worker, max(phase.scratch for phase in phases))
