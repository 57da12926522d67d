"""Engines take turns on one net: A B C D, A B C D, with a new batch of images every round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack

import numpy as np

from race.figures import OURS, Entry, Race, relative_error
from race.files import Files
from race.worker import Turn, Worker, WorkerError

LARGE = 10e9
"""Multiply-adds of a forward from which on fewer rounds and single forwards do."""


def race(
    files: Files,
    batch: int,
    engines: Sequence[str],
    *,
    threads: int,
    rounds: int | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Race:
    """Every engine's times on one net; an engine that fails is left out, with the reason."""
    macs = batch * files.macs
    forwards = 1 if macs > LARGE else 3
    rounds = rounds or (7 if macs > LARGE else 15)
    rng = np.random.default_rng(0)
    result = Race(files.name, batch, macs, {}, {})
    with ExitStack() as stack:
        workers = _start(files, batch, engines, threads, result, stack, told)
        for i in range(rounds + 1):
            told(f"{files.name}, batch {batch}: round {i} of {rounds}")
            images = rng.standard_normal((batch, *files.image), dtype=np.float32)
            turns = _round(workers, images, forwards, result)
            for engine, turn in turns.items():
                entry = result.entries[engine]
                entry.peak_bytes = turn.peak_bytes
                if OURS in turns:
                    entry.error = max(entry.error, relative_error(turn.output, turns[OURS].output))
                if i:  # the first round only warms up
                    entry.seconds.append(turn.seconds)
    for engine in result.failed:
        result.entries.pop(engine, None)
    return result


def _start(
    files: Files,
    batch: int,
    engines: Sequence[str],
    threads: int,
    result: Race,
    stack: ExitStack,
    told: Callable[[str], None],
) -> list[Worker]:
    workers = []
    for engine in engines:
        told(f"{files.name}, batch {batch}: {engine} opens it")
        try:
            worker = Worker(engine, files, batch, threads)
        except WorkerError as error:
            result.failed[engine] = str(error)
        else:
            stack.callback(worker.close)
            workers.append(worker)
            result.entries[engine] = Entry()
    return workers


def _round(workers: Sequence[Worker], images: np.ndarray, forwards: int, result: Race) -> dict[str, Turn]:
    turns = {}
    for worker in workers:
        if worker.engine not in result.failed:
            try:
                turns[worker.engine] = worker.turn(images, forwards)
            except WorkerError as error:
                result.failed[worker.engine] = str(error)
    return turns
