"""Worker threads that go through phases of tasks together.

Tasks are few and large: threads that call NumPy for a few microseconds at a time mostly wait for the interpreter's
lock. BLAS is limited to one thread meanwhile (`blas`). Where there are as many workers as cores, each stays on a core
of its own (`_cores`).
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from queue import SimpleQueue
from threading import Lock, Thread
from typing import NamedTuple

import numpy as np

from prototxt.engine import blas
from prototxt.errors import InputError

__all__ = ["VARIABLE", "Job", "Share", "check_threads", "default_threads", "run"]

VARIABLE = "PROTOTXT_NUM_THREADS"
"""The environment variable for how many threads a net uses by default."""

Run = Callable[[int], None]


def default_threads() -> int:
    """PROTOTXT_NUM_THREADS, else the cores this process may use.

    Raises InputError for a variable that is no positive number.
    """
    value = os.environ.get(VARIABLE, "").strip()
    if value:
        return check_threads(value, VARIABLE)
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # this system does not say
        return os.cpu_count() or 1


def check_threads(value: str | int, what: str = "threads") -> int:
    """The number, if it is one.

    Raises InputError for anything but 1 to 256.
    """
    try:
        number = int(value)
    except ValueError:
        number = 0
    if not 1 <= number <= 256:
        raise InputError(f"{what} is a number from 1 to 256, not {value!r}")
    return number


class Share(NamedTuple):
    """A phase as one worker sees it."""

    tasks: int
    run: Run


class Job:
    """Phases that some workers do together; worker `w` runs a task with `shares[w][phase].run`.

    Tasks are taken as workers become free, so that a core that is slow for a moment does less. After every phase they
    wait for one another. `cores` says where each worker runs, None leaves that to the system.
    """

    def __init__(self, shares: Sequence[Sequence[Share]], cores: Sequence[int] | None = None) -> None:
        self._shares, self.cores = shares, cores
        self._next = [count() for _ in shares[0]]
        self._arrived = [count(1) for _ in shares[0]]
        self._bells: list[SimpleQueue[None]] = [SimpleQueue() for _ in shares]
        self._met = 0
        self._is_left = False
        self.error: BaseException | None = None

    def work(self, worker: int) -> None:
        """Go through all phases as one worker, whatever happens, so that nobody waits for it in vain."""
        last = len(self._shares)
        for phase, share in enumerate(self._shares[worker]):
            try:
                take, tasks, run = self._next[phase], share.tasks, share.run
                while self.error is None and (task := next(take)) < tasks:
                    run(task)
            except BaseException as error:
                self.stop(error)
            if last > 1:
                self._meet(worker, phase, last)

    def _meet(self, worker: int, phase: int, last: int) -> None:
        """Wait until every worker is here. What interrupts that is kept for later."""
        if next(self._arrived[phase]) == last:
            self._met = phase + 1
            self._ring(worker)
        # A bell that has rung is no proof, in either way: an interrupt may fall between hearing and noticing it.
        while self._met <= phase and not self._is_left:
            try:
                self._bells[worker].get()
            except BaseException as error:
                self.stop(error)

    def _ring(self, worker: int) -> None:
        for other, bell in enumerate(self._bells):
            if other != worker:
                bell.put(None)

    def stop(self, error: BaseException) -> None:
        """Begin no more tasks."""
        self.error = self.error or error

    def leave(self, worker: int, error: BaseException) -> None:
        """A worker is gone: nobody waits for it any more."""
        self.stop(error)
        self._is_left = True
        self._ring(worker)


class _Thread:
    """A thread that takes one job after another."""

    def __init__(self) -> None:
        self.inbox: SimpleQueue[tuple[Job, int, SimpleQueue[None]]] = SimpleQueue()
        self._core: int | None = None
        self._anywhere: set[int] = set()
        Thread(target=self._serve, daemon=True, name="forward").start()

    def _serve(self) -> None:
        while True:
            job, worker, done = self.inbox.get()
            self._go_to(job.cores[worker] if job.cores else None)
            with np.errstate(all="ignore"):  # which every thread has for itself
                job.work(worker)
            del job  # not kept while waiting: it holds a net's memory
            done.put(None)

    def _go_to(self, core: int | None) -> None:
        """Stay on a core, from one job to the next too; None: wherever a thread of this process may be."""
        if core != self._core:
            if self._core is None:
                self._anywhere = os.sched_getaffinity(0)
            _stay_on(self._anywhere if core is None else {core})
            self._core = core


def _stay_on(cores: set[int]) -> None:
    """Where the system does not allow it, threads stay where it puts them."""
    with suppress(OSError):
        os.sched_setaffinity(0, cores)


@contextmanager
def _held_to(core: int | None) -> Iterator[None]:
    """This thread stays on a core for a while."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    _stay_on({core})
    try:
        yield
    finally:
        _stay_on(before)


class _Idle:
    """Threads that wait for a job, of all nets together."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """No thread waits: the state of a new process."""
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
    _idle.reset()
    _running.reset()
    blas.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class _Running:
    """A count of the jobs that run now."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """No job runs: the state of a new process."""
        self.lock = Lock()
        self.jobs = 0

    def enter(self) -> bool:
        """Whether this is the only one."""
        with self.lock:
            self.jobs += 1
            return self.jobs == 1

    def leave(self) -> None:
        with self.lock:
            self.jobs -= 1


_running = _Running()


def _cores(workers: int) -> list[int] | None:
    """A core for each worker, if they are as many as this thread may use; None otherwise.

    A thread that wakes up is mostly put where the one that woke it runs, and it takes the system milliseconds to see
    that another core is idle: as long as a forward. Where workers are fewer than cores, others may need just those.
    """
    if workers < 2 or not hasattr(os, "sched_setaffinity"):
        return None
    usable = sorted(os.sched_getaffinity(0))
    return usable if len(usable) == workers else None


@contextmanager
def _stopped_by_ctrl_c(job: Job) -> Iterator[None]:
    """Ctrl-C ends a job between two tasks, in place of raising just anywhere in the first worker.

    A handler that somebody else has set stays; signals arrive only in the main thread.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, lambda _number, _frame: job.stop(KeyboardInterrupt()))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def run(shares: Sequence[Sequence[Share]], *, hold: bool = False) -> None:
    """Do a job with as many workers as there are shares, this thread being the first.

    With `hold` each of them stays on a core of its own meanwhile, if there is one for each and no other job runs: for
    tasks that start no threads, which would have to stay there too.

    Raises what a task raised first, when every worker has stopped.
    """
    is_only = _running.enter()
    try:
        job = Job(shares, _cores(len(shares)) if hold and is_only else None)
        with _stopped_by_ctrl_c(job):
            _share_out(job, len(shares))
    finally:
        _running.leave()
    if job.error is not None:
        raise job.error


def _share_out(job: Job, workers: int) -> None:
    """Do a job, this thread being the first of the workers."""
    helpers = _idle.take(workers - 1)
    done: SimpleQueue[None] = SimpleQueue()
    for worker, helper in enumerate(helpers, start=1):
        helper.inbox.put((job, worker, done))
    try:
        with _held_to(job.cores[0] if job.cores else None):
            job.work(0)
    except BaseException as error:
        job.leave(0, error)
    for _ in helpers:
        done.get()
    _idle.give(helpers)
