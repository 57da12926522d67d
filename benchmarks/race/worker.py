"""A process per engine: it opens a net, then runs a batch whenever it is told, and is silent in between."""

from __future__ import annotations

import multiprocessing
import re
import signal
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

from prototxt.blobs import Array
from race.engines import ENGINES, Job

QUIET_SECONDS = 5.0
"""How long threads may go on spinning after a turn before the run is given up."""


class WorkerError(Exception):
    """What went wrong in a worker, as a sentence."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of one engine: the median of its timed forwards, what came out, the process's peak memory so far."""

    seconds: float
    output: Array
    peak_bytes: int


class Worker:
    """The other end of a process that holds one engine with one net."""

    def __init__(self, engine: str, job: Job) -> None:
        """Starts the process and waits until the net is open.

        Raises WorkerError where it cannot be opened.
        """
        context = multiprocessing.get_context("spawn")
        self.engine = engine
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, engine, job), daemon=True)
        self._process.start()
        theirs.close()
        self._answer()

    def turn(self, images: Array, forwards: int) -> Turn:
        """One forward that wakes the threads, then `forwards` timed ones; it returns when they all sleep again."""
        self._pipe.send((images, forwards))
        answer = self._answer()
        assert isinstance(answer, Turn)
        return answer

    def close(self) -> None:
        self._pipe.close()
        self._process.join()

    def _answer(self) -> object:
        try:
            answer = self._pipe.recv()
        except EOFError:
            self._process.join()
            raise WorkerError(f"its process ended with {self._process.exitcode}") from None
        if isinstance(answer, str):
            raise WorkerError(answer)
        return answer


def _serve(pipe: Connection, engine: str, job: Job) -> None:
    """What the process does: answers None when the net is open, a Turn for each request, a str for what failed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program: its end is this one's
    try:
        net = ENGINES[engine](job)
        wait_until_quiet()
        pipe.send(None)
        while True:
            images, forwards = pipe.recv()
            output = net.forward(images)
            seconds = []
            for _ in range(forwards):
                start = time.perf_counter()
                output = net.forward(images)
                seconds.append(time.perf_counter() - start)
            wait_until_quiet()
            pipe.send(Turn(median(seconds), output.reshape(len(images), -1), peak_bytes()))
    except EOFError:  # the other end is done
        return
    except Exception as error:
        pipe.send(f"{type(error).__name__}: {error}")


def wait_until_quiet() -> None:
    """Waits until no thread of this process spins: what it burns now would be taken from the next engine.

    Raises TimeoutError where they do not stop.
    """
    end = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < end:
        burnt = time.process_time()
        time.sleep(0.01)
        if time.process_time() - burnt < 0.0005:
            return
    raise TimeoutError(f"its threads were still busy {QUIET_SECONDS:g} s after the forward")


def peak_bytes() -> int:
    """The most memory this process had at once, by Linux's count; elsewhere by getrusage's."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage counts what the parent had before this program was started
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        if found:
            return int(found[1]) * 1024
    import resource  # not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
