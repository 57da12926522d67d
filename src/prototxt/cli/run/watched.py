"""What is watched while the first batch runs: every layer's times, and what it made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from prototxt.cli.common import say, show
from prototxt.cli.shapes import print_table

if TYPE_CHECKING:
    from prototxt.batch.items import Item
    from prototxt.batch.run import Runner
    from prototxt.engine.watch import Timer, Trace
    from prototxt.graph.graph import Graph


def wake_blas() -> None:
    """A first product, so that starting the BLAS threads is not counted as some layer's time."""
    import numpy as np

    square = np.ones((256, 256), np.float32)
    square @ square


def timed(runner: Runner, items: Sequence[Item], forwards: int) -> Timer:
    """The times of so many more forwards over these items."""
    from prototxt.engine.watch import Timer

    timer = Timer()
    for _ in range(forwards):
        runner.forward(items, [timer])
    return timer


def traced(runner: Runner, items: Sequence[Item]) -> Trace:
    """A forward over these items in which no layer is fused into another, and what each made."""
    from dataclasses import replace

    from prototxt.engine.watch import Trace, Traced, Values

    trace = Trace()
    for name, array in runner.feeds(items).items():
        trace.rows.append(Traced(name, "Input", name, array.shape, Values.of(array)))
    every = tuple(str(blob) for blob in runner.graph.shapes)
    replace(runner, blobs=every).forward(items, [trace])
    return trace


@dataclass(frozen=True)
class Watched:
    """Times of the first batch, and its trace where one was asked for."""

    timer: Timer
    trace: Trace | None

    def show(self, graph: Graph, times: bool) -> None:
        """Tables on standard output."""
        from prototxt.views.net_rows import make_report
        from prototxt.views.trace import trace_table

        if times:
            print_table(make_report(graph), self.timer)
        if self.trace is not None:
            show(trace_table(self.trace.rows, self.trace.first_not_finite))
            say("")

    def as_dict(self, graph: Graph, times: bool) -> dict[str, Any]:
        """The same for JSON."""
        told: dict[str, Any] = {"times": _times(graph, self.timer)} if times else {}
        if self.trace is not None:
            told["trace"] = [asdict(row) for row in self.trace.rows]
        return told


def _times(graph: Graph, timer: Timer) -> list[dict[str, Any]]:
    """Milliseconds per layer; null for one that ran fused into the layer before it."""
    from statistics import median

    rows = []
    for node in graph.nodes:
        times = timer.seconds.get(node.index)
        least, middle = (1000 * min(times), 1000 * median(times)) if times else (None, None)
        rows.append({"layer": node.name, "type": node.type, "min_ms": least, "median_ms": middle})
    return rows
