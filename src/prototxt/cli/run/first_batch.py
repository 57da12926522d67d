"""The first batch of a run, watched: input picture, autotuning, every layer's times and values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TypedDict

import numpy as np

from prototxt.batch.items import Item
from prototxt.batch.readers import Reader
from prototxt.batch.runner import Outcome, Runner
from prototxt.batch.scheduler import Scheduler
from prototxt.cli.printing import print_line, print_table, screen
from prototxt.cli.run.autotune import autotune
from prototxt.cli.run.request import RunRequest
from prototxt.engine.watch import Timer, Trace, Traced, Values
from prototxt.graph.graph import Graph
from prototxt.pictures.canvas import save_png
from prototxt.pictures.net_input import net_input
from prototxt.views.net_rows import make_report
from prototxt.views.table import report_table
from prototxt.views.trace import trace_table


class LayerTimes(TypedDict):
    """A row of --time --json: milliseconds, null for a layer that ran fused into the one before it."""

    layer: str
    type: str
    min_ms: float | None
    median_ms: float | None


@dataclass(frozen=True)
class FirstBatch:
    """The times of the first batch, its trace if one was asked for, and its outcomes."""

    timer: Timer
    trace: Trace | None
    outcomes: Sequence[Outcome]

    def print_tables(self, graph: Graph, times: bool) -> None:
        """Print the times of every layer, and the trace."""
        if times:
            print_table(report_table(make_report(graph), screen().width, self.timer))
        if self.trace is not None:
            print_table(trace_table(self.trace.rows, self.trace.first_not_finite))
            print_line("")

    def as_dict(self, graph: Graph, times: bool) -> dict[str, object]:
        """The same for JSON."""
        values: dict[str, object] = {"times": _layer_times(graph, self.timer)} if times else {}
        if self.trace is not None:
            values["trace"] = [asdict(row) for row in self.trace.rows]
        return values


class WatchedScheduler(Scheduler):
    """A scheduler whose first batch is watched as the options say, and handed to `first_done`."""

    def __init__(
        self, runner: Runner, reader: Reader, request: RunRequest, first_done: Callable[[FirstBatch], None]
    ) -> None:
        super().__init__(runner, reader, request.batch or 1, stop_at_failure=request.fail_fast)
        self._request, self._first_done = request, first_done

    def run_first(self, items: Sequence[Item]) -> list[Outcome]:
        output = self._request.output
        if output.show_input:
            _paint_input(output.show_input, items[0], self.reader)
        if self._request.planned.autotune:
            self.runner.fit(items)
            autotune(self.runner)
        _start_blas_threads()
        timer = Timer()
        outcomes = self.runner.run(items, [timer])
        if output.time:
            timer = _time(self.runner, items, output.time)
        trace = _trace(self.runner, items) if output.trace else None
        self._first_done(FirstBatch(timer, trace, outcomes))
        return outcomes

    def prepare_worker(self, runner: Runner) -> None:
        if self._request.planned.autotune:
            autotune(runner)


def _start_blas_threads() -> None:
    """Multiply once, so that starting the threads of BLAS does not count as some layer's time."""
    square = np.ones((256, 256), np.float32)
    square @ square


def _time(runner: Runner, items: Sequence[Item], forwards: int) -> Timer:
    """The times of this many more forwards over these items."""
    timer = Timer()
    for _ in range(forwards):
        runner.forward(runner.feeds(items), [timer])
    return timer


def _trace(runner: Runner, items: Sequence[Item]) -> Trace:
    """A forward over these items that keeps every blob, so that no layer is fused into another."""
    feeds, trace = runner.feeds(items), Trace()
    for name, array in feeds.items():
        trace.rows.append(Traced(name, "Input", name, array.shape, Values.of(array)))
    runner.keeping([str(blob) for blob in runner.graph.shapes]).forward(feeds, [trace])
    return trace


def _layer_times(graph: Graph, timer: Timer) -> list[LayerTimes]:
    rows: list[LayerTimes] = []
    for node in graph.nodes:
        times = timer.seconds.get(node.index)
        least, middle = (1000 * min(times), 1000 * median(times)) if times else (None, None)
        rows.append({"layer": node.name, "type": node.type, "min_ms": least, "median_ms": middle})
    return rows


def _paint_input(path: str, item: Item, reader: Reader) -> None:
    """Paint the image as the net sees it, with every crop of it."""
    blob, values = next(iter(item.feeds.items()))
    save_png(net_input(blob, values, reader.order, Path(item.name).name, item.preparation), path)
