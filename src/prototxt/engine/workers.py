"""Worker threads that go through phases of tasks together."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import count
from queue import SimpleQueue
from threading import Lock, Thread
from typing import NamedTuple

import numpy as np

from prototxt.engine import blas
from prototxt.errors import InputError

VARIABLE = "PROTOTXT_NUM_THREADS"
"""The environment variable that says how many threads a net uses where nobody says."""

Run = Callable[[int], None]


def default_threads() -> int:
    """PROTOTXT_NUM_THREADS, else the cores this process may use.

    Raises InputError for a variable that is no positive number.
    """
    said = os.environ.get(VARIABLE, "").strip()
    if said:
        return check_threads(said, VARIABLE)
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not told on this system
        return os.cpu_count() or 1


def check_threads(said: str | int, what: str = "threads") -> int:
    """The number, if it is one.

    Raises InputError for anything but 1 to 256.
    """
    try:
        number = int(said)
    except ValueError:
        number = 0
    if not 1 <= number <= 256:
        raise InputError(f"{what} is a number from 1 to 256, not {said!r}")
    return number


class Share(NamedTuple):
    """A phase as one worker sees it."""

    tasks: int
    run: Run


class Job:
    """Phases that some workers do together; worker `w` runs a task with `shares[w][phase].run`.

    Tasks are taken as workers become free, so that a core that is slow for a moment does less. After every phase they
    wait for one another.
    """

    def __init__(self, shares: Sequence[Sequence[Share]]) -> None:
        self._shares = shares
        self._next = [count() for _ in shares[0]]
        self._arrived = [count(1) for _ in shares[0]]
        self._bells: list[SimpleQueue[None]] = [SimpleQueue() for _ in shares]
        self.error: BaseException | None = None

    def work(self, worker: int) -> None:
        """What one worker does: all phases, whatever happens, so that nobody waits for it in vain."""
        last = len(self._shares)
        for phase, share in enumerate(self._shares[worker]):
            if self.error is None:
                try:
                    take, tasks, run = self._next[phase], share.tasks, share.run
                    while (task := next(take)) < tasks:
                        run(task)
                except BaseException as error:
                    self.error = self.error or error
            if last > 1:
                self._meet(worker, phase, last)

    def _meet(self, worker: int, phase: int, last: int) -> None:
        """Wait until every worker is here. An interrupt is kept for later."""
        if next(self._arrived[phase]) == last:
            for other, bell in enumerate(self._bells):
                if other != worker:
                    bell.put(None)
            return
        while True:
            try:
                self._bells[worker].get()
                return
            except BaseException as error:
                self.error = self.error or error


class _Thread:
    """A thread that takes one job after another."""

    def __init__(self) -> None:
        self.inbox: SimpleQueue[tuple[Job, int, SimpleQueue[None]]] = SimpleQueue()
        Thread(target=self._serve, daemon=True, name="forward").start()

    def _serve(self) -> None:
        while True:
            job, worker, done = self.inbox.get()
            with np.errstate(all="ignore"):  # which every thread has for itself
                job.work(worker)
            done.put(None)
            del job  # not kept while waiting: it holds a net's memory


class _Idle:
    """Threads that wait for a job, of all nets together."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.threads: list[_Thread] = []

    def take(self, number: int) -> list[_Thread]:
        with self.lock:
            taken = [self.threads.pop() for _ in range(min(number, len(self.threads)))]
        return taken + [_Thread() for _ in range(number - len(taken))]

    def give(self, threads: Sequence[_Thread]) -> None:
        with self.lock:
            self.threads.extend(threads)


_idle = _Idle()


def _after_fork() -> None:
    """A child has its parent's memory and none of its threads."""
    _idle.__init__()  # type: ignore[misc]
    blas.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def run(shares: Sequence[Sequence[Share]]) -> None:
    """Do a job with as many workers as there are shares, this thread being the first.

    Raises what a task raised first, when every worker has stopped.
    """
    job = Job(shares)
    helpers = _idle.take(len(shares) - 1)
    done: SimpleQueue[None] = SimpleQueue()
    for worker, helper in enumerate(helpers, start=1):
        helper.inbox.put((job, worker, done))
    job.work(0)
    for _ in helpers:
        done.get()
    _idle.give(helpers)
    if job.error is not None:
        raise job.error
