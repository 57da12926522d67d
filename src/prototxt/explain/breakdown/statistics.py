"""Mean and variance of many values, as several normalization layers use them."""

from __future__ import annotations

from dataclasses import dataclass

from prototxt.explain.breakdown.model import Group, Places
from prototxt.explain.breakdown.query import Query, grid
from prototxt.explain.breakdown.running import Running

__all__ = ["Statistics", "channel_statistics", "measure", "record_statistics"]


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """A group of values with their mean and (biased) variance; `mean_size` bounds the rounding of the mean."""

    group: Group
    mean: float
    mean_size: float
    variance: float


def measure(query: Query, title: str, places: Places) -> Statistics:
    """The statistics of the first bottom's values at these places, as an auxiliary group."""
    group = query.group(title, places, auxiliary=True)
    mean = float(group.values.mean())
    return Statistics(
        group, mean, float(abs(group.values).mean()), float(((group.values - mean) ** 2).mean())
    )


def channel_statistics(query: Query, channel: int) -> Statistics:
    """The statistics of one channel over the whole batch."""
    n, _, *spatial = query.shapes[0]
    return measure(query, f"channel {channel} of the batch", grid(range(n), channel, *map(range, spatial)))


def record_statistics(running: Running, statistics: Statistics, x: float) -> Running:
    """Record mean and variance as steps, then continue with the value `x` itself."""
    running.to(f"mean of {len(statistics.group)}", statistics.mean, statistics.mean_size)
    running.to("variance", statistics.variance, statistics.variance)
    return running.to("x", x, abs(x))
