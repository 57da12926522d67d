"""Watching a forward pass from outside: timing, tracing, progress. Engines never print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from prototxt.blobs import Array, Shape
from prototxt.graph.graph import BlobId, Node
from prototxt.util.lazy import np

__all__ = ["Timer", "Trace", "Traced", "Values", "Watcher"]


class Watcher:
    """Called after every step with the layers that ran, their time and their results. Override `step_done`."""

    def step_done(self, nodes: Sequence[Node], seconds: float, tops: Mapping[BlobId, Array]) -> None:
        """`nodes` ran as one step (several where layers are fused) in `seconds`; `tops` are its results."""


class Timer(Watcher):
    """Seconds per layer and forward, by node index; a layer that ran fused into another one's step is in `fused`."""

    def __init__(self) -> None:
        self.seconds: dict[int, list[float]] = {}
        self.fused: set[int] = set()

    def step_done(self, nodes: Sequence[Node], seconds: float, tops: Mapping[BlobId, Array]) -> None:
        first, *rest = (node.index for node in nodes)
        self.seconds.setdefault(first, []).append(seconds)
        self.fused.update(rest)

    @property
    def forwards(self) -> int:
        """The number of forwards that were watched."""
        return max((len(times) for times in self.seconds.values()), default=0)

    @property
    def total(self) -> float:
        """The sum of every layer's median."""
        return sum(map(median, self.seconds.values()))


@dataclass(frozen=True, slots=True)
class Values:
    """A summary of a blob: mean, standard deviation, minimum (`least`) and maximum (`most`) of its finite values.

    `zeros` (exact ones), `nan` and `infinite` are counts. Without any finite value mean, std, least and most are NaN.
    """

    count: int
    mean: float
    std: float
    least: float
    most: float
    zeros: int
    nan: int
    infinite: int

    @classmethod
    def of(cls, array: Array) -> Values:
        """The summary of an array."""
        finite = np.isfinite(array)
        nan = int(np.isnan(array).sum())
        usual = array if finite.all() else array[finite]
        if not usual.size:
            none = float("nan")
            return cls(array.size, none, none, none, none, 0, nan, array.size - nan)
        mean, std = usual.mean(dtype=np.float64), usual.std(dtype=np.float64)
        return cls(
            array.size, float(mean), float(std), float(usual.min()), float(usual.max()),
            int(usual.size - np.count_nonzero(usual)), nan, int(array.size - finite.sum()) - nan,
        )  # fmt: skip

    @property
    def is_finite(self) -> bool:
        """Whether there is no NaN and no infinity."""
        return not self.nan and not self.infinite


@dataclass(frozen=True, slots=True)
class Traced:
    """One top of one layer, as it was when the layer had just written it."""

    layer: str
    type: str
    blob: str
    shape: Shape
    values: Values


class Trace(Watcher):
    """A summary of every layer's results, in the order in which the layers ran.

    A plan that fuses layers hides what lies between them: run with `keep` naming every version of every blob.
    """

    def __init__(self) -> None:
        self.rows: list[Traced] = []

    def step_done(self, nodes: Sequence[Node], seconds: float, tops: Mapping[BlobId, Array]) -> None:
        last = nodes[-1]
        for blob, array in tops.items():
            self.rows.append(Traced(last.name, last.type, blob.name, array.shape, Values.of(array)))

    @property
    def first_not_finite(self) -> Traced | None:
        """The first blob that holds a NaN or an infinity."""
        return next((row for row in self.rows if not row.values.is_finite), None)
