"""What rounds of one net at one batch size amount to: medians, ratios, errors; no printing here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, inf, log
from statistics import median
from typing import Protocol

import numpy as np

from prototxt.blobs import Array

OURS = "ours"


class Turn(Protocol):
    """What a worker tells of one engine's turn."""

    @property
    def seconds(self) -> float: ...
    @property
    def output(self) -> Array: ...
    @property
    def peak_bytes(self) -> int: ...


@dataclass
class Entry:
    """What one engine did: seconds of every round, its largest error and its process's peak memory."""

    seconds: list[float] = field(default_factory=list)
    error: float = 0.0
    """Against ours, over all rounds; see `relative_error`."""
    peak_bytes: int = 0

    @property
    def median(self) -> float:
        return median(self.seconds)


@dataclass
class Race:
    """One net at one batch size: every engine's entry, and why others have none."""

    net: str
    batch: int
    macs: int
    """Multiply-adds of the batch."""
    entries: dict[str, Entry] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def add(self, turns: Mapping[str, Turn], *, timed: bool) -> None:
        """A round: every engine's turn on the same images."""
        for engine, turn in turns.items():
            entry = self.entries.setdefault(engine, Entry())
            entry.peak_bytes = turn.peak_bytes
            if OURS in turns:
                entry.error = max(entry.error, relative_error(turn.output, turns[OURS].output))
            if timed:
                entry.seconds.append(turn.seconds)

    def fail(self, engine: str, reason: str) -> None:
        self.entries.pop(engine, None)
        self.failed[engine] = reason

    @property
    def peers(self) -> list[str]:
        return [engine for engine in self.entries if engine != OURS]

    def ratio(self, peer: str) -> float | None:
        """Median over the rounds of our time by the peer's: below 1 we are faster."""
        if OURS not in self.entries or peer not in self.entries:
            return None
        pairs = zip(self.entries[OURS].seconds, self.entries[peer].seconds, strict=True)
        return median(ours / theirs for ours, theirs in pairs)

    def gflops(self, engine: str) -> float:
        """Billions of operations a second, a multiply-add counted as two; what has no weights is not counted."""
        return 2e-9 * self.macs / self.entries[engine].median

    def images_per_second(self, engine: str) -> float:
        return self.batch / self.entries[engine].median


def geometric_mean(values: Iterable[float]) -> float:
    logs = [log(value) for value in values]
    return exp(sum(logs) / len(logs))


def batch_gain(races: Sequence[Race], net: str, few: int, many: int) -> float | None:
    """Our time for a batch of `many` by that for as many images in batches of `few`: below 1 a batch pays."""
    own = {
        race.batch: race.entries[OURS].median for race in races if race.net == net and OURS in race.entries
    }
    return own[many] / (own[few] * many / few) if {few, many} <= own.keys() else None


def relative_error(output: Array, expected: Array) -> float:
    """The largest difference of any image's values, by that image's largest value; inf where one is not finite."""
    if not np.isfinite(output).all():
        return inf
    difference = np.abs(output.astype(np.float64) - expected).max(axis=1)
    return float((difference / np.abs(expected).max(axis=1)).max())
