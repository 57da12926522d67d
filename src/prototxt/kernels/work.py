"""How work is cut up: phases of tasks that worker threads share, and tiles of a blob that fit a core's cache.

Inside a plan arrays are channels-last: N x H x W x C, so that a window of the input is a few long runs of memory and
what is done per channel runs along it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import accumulate
from math import ceil, prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

CACHE = 1024 * 1024
"""Bytes that a task may work on at a time: the second-level cache that cores mostly have. Few large tasks are best: two
threads that call NumPy for a few microseconds at a time mostly wait for the interpreter's lock."""

ALIGN = 16
"""Arrays in one piece of memory start at multiples of this many numbers: 64 bytes, a cache line."""

LEAST = 1 << 22
"""Multiply-adds under which a step is one task: handing over costs more than it saves."""


class Phase(NamedTuple):
    """Tasks 0 to `tasks` - 1 that may run at the same time and in any order.

    `worker` is called once for every worker thread, with `scratch` numbers of memory of its own, and gives what runs
    a task by number.
    """

    tasks: int
    worker: Callable[[Array], Callable[[int], None]]
    scratch: int = 0


Op = Callable[[], object]
"""One call of NumPy with all that it takes, such as `partial(np.add, x, y, y)`."""


def prepared(tasks: int, make: Callable[[int], Sequence[Op]]) -> Callable[[int], None]:
    """What runs a task by number, its calls being made ready here, once.

    A thread that gets a call ready holds the interpreter's lock, and so keeps the others from starting theirs.
    """
    packed = [tuple(make(i)) for i in range(tasks)]

    def run(i: int) -> None:
        for op in packed[i]:
            op()

    return run


def put(target: Array, source: Array) -> Op:
    """target[...] = source."""
    return partial(np.copyto, target, source)


def alone(action: Callable[[], object]) -> Phase:
    """A phase of one task."""

    def run(_: int) -> None:
        action()

    return Phase(1, lambda _: run)


def room_for(*shapes: Sequence[int]) -> int:
    """How many numbers `carve` needs for arrays of these shapes."""
    return sum(ceil(prod(shape) / ALIGN) * ALIGN for shape in shapes)


def carve(memory: Array, *shapes: Sequence[int]) -> list[Array]:
    """Arrays of these shapes, one behind the other in `memory`."""
    arrays, start = [], 0
    for shape in shapes:
        arrays.append(memory[start : start + prod(shape)].reshape(shape))
        start += room_for(shape)
    return arrays


class Tile(NamedTuple):
    """A piece of a blob: images `n` and rows `h` of it, rows of one image or whole images."""

    n: slice
    h: slice

    @property
    def images(self) -> int:
        return int(self.n.stop - self.n.start)

    @property
    def rows(self) -> int:
        return int(self.h.stop - self.h.start)


def tiles(images: int, height: int, row_bytes: int, least: int) -> list[Tile]:
    """Cuts images x height rows into `least` tiles or more, none of which takes much more than CACHE bytes.

    `row_bytes` is what one row takes with all that is made on the way.
    """
    rows = max(1, min(CACHE // max(row_bytes, 1), ceil(images * height / least)))
    if rows < height:
        parts = ceil(ceil(height / rows) * images / least) * least // images or 1
        rows = ceil(height / parts)
        cuts = [(start, min(start + rows, height)) for start in range(0, height, rows)]
        return [Tile(slice(n, n + 1), slice(*cut)) for n in range(images) for cut in cuts]
    together = max(1, min(rows // height, ceil(images / least)))
    return [Tile(slice(n, min(n + together, images)), slice(0, height)) for n in range(0, images, together)]


def spans(length: int, parts: int, multiple: int = 1) -> Iterator[slice]:
    """Cuts `length` into at most `parts` slices of about the same length, a multiple of `multiple` each."""
    step = ceil(length / parts / multiple) * multiple
    return (slice(start, min(start + step, length)) for start in range(0, length, step))


def merge(phases: Sequence[Phase]) -> Phase:
    """The tasks of all these phases as one phase: for those that do not wait for one another."""
    if len(phases) == 1:
        return phases[0]
    ends = list(accumulate(phase.tasks for phase in phases))

    def worker(scratch: Array) -> Callable[[int], None]:
        runs = [phase.worker(scratch) for phase in phases]

        def run(i: int) -> None:
            which = bisect_right(ends, i)
            runs[which](i - ends[which] + phases[which].tasks)

        return run

    return Phase(ends[-1], worker, max(phase.scratch for phase in phases))


def in_turn(phases: Sequence[Phase]) -> list[Phase]:
    """The phases that have tasks; such as have one task each and follow one another are one phase of one task."""
    made: list[list[Phase]] = []
    for phase in phases:
        if phase.tasks == 1 and made and made[-1][-1].tasks == 1:
            made[-1].append(phase)
        elif phase.tasks:
            made.append([phase])
    return [_sequence(group) for group in made]


def _sequence(phases: Sequence[Phase]) -> Phase:
    if len(phases) == 1:
        return phases[0]

    def worker(scratch: Array) -> Callable[[int], None]:
        runs = [phase.worker(scratch) for phase in phases]

        def run(_: int) -> None:
            for each in runs:
                each(0)

        return run

    return Phase(1, worker, max(phase.scratch for phase in phases))
