"""Engines take turns on one net: A B C D, A B C D, with a new batch of images every round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack

import numpy as np

from prototxt.blobs import Array
from race.engines import Job
from race.figures import Race
from race.worker import Turn, Worker, WorkerError

LARGE = 10e9
"""Multiply-adds of a forward from which on fewer rounds and single forwards do."""


def race(
    job: Job,
    engines: Sequence[str],
    *,
    rounds: int | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Race:
    """Every engine's times on one net; an engine that fails is left out, with the reason.

    Within a turn an engine sees the same images more than once; the next round brings others. `told` hears what is
    going on.
    """
    large = job.batch * job.files.macs > LARGE
    forwards, rounds = (1 if large else 3), rounds or (7 if large else 15)
    name = f"{job.files.name}, batch {job.batch}"
    result, rng = Race(job.files.name, job.batch, job.batch * job.files.macs), np.random.default_rng(0)
    with ExitStack() as stack:
        told(f"{name}: opening it")
        workers = _start(job, engines, result, stack)
        for i in range(rounds + 1):
            told(f"{name}: round {i} of {rounds}")
            images = rng.standard_normal(job.shape, dtype=np.float32)
            result.add(_round(workers, images, forwards, result), timed=i > 0)  # the first one warms up
    return result


def _start(job: Job, engines: Sequence[str], result: Race, stack: ExitStack) -> list[Worker]:
    workers = []
    for engine in engines:
        try:
            workers.append(Worker(engine, job))
            stack.callback(workers[-1].close)
        except WorkerError as error:
            result.fail(engine, str(error))
    return workers


def _round(workers: Sequence[Worker], images: Array, forwards: int, result: Race) -> dict[str, Turn]:
    turns = {}
    for worker in workers:
        if worker.engine not in result.failed:
            try:
                turns[worker.engine] = worker.turn(images, forwards)
            except WorkerError as error:
                result.fail(worker.engine, str(error))
    return turns
