"""Mean and variance of many values, as several layers take them."""

from __future__ import annotations

from dataclasses import dataclass

from prototxt.explain.breakdown.model import Group, Places
from prototxt.explain.breakdown.query import Query, grid
from prototxt.explain.breakdown.running import Running


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """The values that are measured, their mean, the size of that for rounding, and their (biased) variance."""

    group: Group
    mean: float
    mean_size: float
    variance: float


def measured(query: Query, title: str, places: Places) -> Statistics:
    """Of the values at these places, which are on the side."""
    group = query.group(title, places, side=True)
    mean = float(group.values.mean())
    return Statistics(
        group, mean, float(abs(group.values).mean()), float(((group.values - mean) ** 2).mean())
    )


def of_channel(query: Query, channel: int) -> Statistics:
    """Of a channel of the whole batch."""
    n, _, *spatial = query.shapes[0]
    return measured(query, f"channel {channel} of the batch", grid(range(n), channel, *map(range, spatial)))


def told(running: Running, statistics: Statistics, x: float) -> Running:
    """Writes the statistics down, then goes on with the value itself."""
    running.to(f"mean of {len(statistics.group)}", statistics.mean, statistics.mean_size)
    running.to("variance", statistics.variance, statistics.variance)
    return running.to("x", x, abs(x))
