"""What rounds of one net at one batch size amount to: medians, ratios, errors; no printing here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import exp, log
from statistics import median

import numpy as np

from prototxt.layers.base import Array

OURS = "ours"


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
    entries: dict[str, Entry]
    failed: dict[str, str]

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


def relative_error(output: Array, expected: Array) -> float:
    """The largest difference of any image's values, by that image's largest value."""
    difference = np.abs(output.astype(np.float64) - expected).max(axis=1)
    return float((difference / np.abs(expected).max(axis=1)).max())
