"""Watching a forward pass from outside: timing, tracing, progress. Engines never print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prototxt.graph.wiring import BlobId, Node
from prototxt.layers.base import Array


class Watcher:
    """Told after every step which layers it ran, how long it took and what they made. Override what you need."""

    def step_done(self, nodes: Sequence[Node], seconds: float, tops: Mapping[BlobId, Array]) -> None:
        """`nodes` ran as one step (several where layers are fused) in `seconds`; `tops` are its results."""


class Loss(Watcher):
    """The net's loss: `total` is the sum of every loss blob's values times its weight."""

    def __init__(self, weights: Mapping[BlobId, float]) -> None:
        self.total = 0.0
        self._weights = weights

    def step_done(self, nodes: Sequence[Node], seconds: float, tops: Mapping[BlobId, Array]) -> None:
        self.total += sum(
            self._weights[blob] * float(values.sum())
            for blob, values in tops.items()
            if blob in self._weights
        )


class Timer(Watcher):
    """Seconds per layer, by node index; a layer that ran fused into another one's step is in `fused`."""

    def __init__(self) -> None:
        self.seconds: dict[int, float] = {}
        self.fused: set[int] = set()

    def step_done(self, nodes: Sequence[Node], seconds: float, tops: Mapping[BlobId, Array]) -> None:
        first, *rest = (node.index for node in nodes)
        self.seconds[first] = seconds
        self.fused.update(rest)
