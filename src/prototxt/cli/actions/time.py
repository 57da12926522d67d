"""prototxt-time at work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import mean, median

from prototxt.batch.runner import Runner
from prototxt.cli.actions.requests import TimeRequest
from prototxt.cli.nets import new_warnings, read_net
from prototxt.cli.printing import print_warnings, write_text
from prototxt.cli.weights import about_weights, missing_weights
from prototxt.engine.profile import Times, time_steps
from prototxt.engine.tuning.machine import busy
from prototxt.errors import printable
from prototxt.frontend.net_options import NetOptions
from prototxt.graph.select import PHASES
from prototxt.net import Net
from prototxt.util.json import dumps_raw

NO_BACKWARD = "backward: not timed, training is not implemented yet"


def execute(request: TimeRequest) -> None:
    """Time the net and print the report."""
    if request.gpu:
        print_warnings([f"--gpu {request.gpu}: nets run on the CPU here"])
    net = _load(request)
    print_warnings([note] if (note := busy()) else [])
    report = _Report.of(net, _measure(net, request.iterations))
    write_text(
        dumps_raw(report.as_dict(), indent=None) if request.as_json else "\n".join(report.lines()), None
    )


def _load(request: TimeRequest) -> Net:
    definition = read_net(request.model)
    options = NetOptions(
        phase=request.phase,
        level=request.level,
        stages=tuple(filter(None, request.stage.split(","))),
        inputs=dict(request.inputs),
        allow_python_layers=request.allow_python_layers,
        keep="outputs",
        threads=request.threads,
        reshape_weights=request.reshape_weights,
    )
    files = list(filter(None, request.weights.split(","))) if request.weights else None
    net = Net(definition, options, files)
    print_warnings([*new_warnings(net.graph, definition), *missing_weights(net)])
    return net


def _measure(net: Net, forwards: int) -> Times:
    runner = Runner(net)
    runner.forward(runner.noise())
    return time_steps(runner.session(), forwards)


@dataclass(frozen=True)
class _Milliseconds:
    """Statistics over all forwards."""

    mean_ms: float
    median_ms: float
    min_ms: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> _Milliseconds:
        return cls(1000 * mean(seconds), 1000 * median(seconds), 1000 * min(seconds))

    def __str__(self) -> str:
        return f"{self.mean_ms:.6g} ms. (median {self.median_ms:.6g}, min {self.min_ms:.6g})"


@dataclass(frozen=True)
class _Row:
    """A layer: its times, or the layer into whose step it is fused; inputs have neither."""

    layer: str
    type: str
    times: _Milliseconds | None
    within: str | None

    def __str__(self) -> str:
        if self.within is not None:
            return f"within {printable(self.within)}"
        return str(self.times) if self.times else "0 ms. (nothing to do)"

    def as_dict(self) -> dict[str, object]:
        no_times = dict.fromkeys(("mean_ms", "median_ms", "min_ms"))
        times: dict[str, object] = {**asdict(self.times)} if self.times else {**no_times}
        return {"layer": self.layer, "type": self.type, "within": self.within, **times}


@dataclass(frozen=True)
class _Report:
    """The times of a net."""

    net: Net
    rows: tuple[_Row, ...]
    forward: _Milliseconds
    forwards: tuple[float, ...]

    @classmethod
    def of(cls, net: Net, times: Times) -> _Report:
        plan = net.plan()
        first = {node.index: step.nodes[0] for step in plan.steps for node in step.nodes}
        by_first = {
            step.nodes[0].index: _Milliseconds.of(seconds)
            for step, seconds in zip(plan.steps, times.steps, strict=True)
        }
        rows = []
        for node in net.layers:
            host = first.get(node.index, node)
            within = None if host is node else host.name
            rows.append(_Row(node.name, node.type, by_first.get(node.index), within))
        return cls(net, tuple(rows), _Milliseconds.of(times.forwards), times.forwards)

    def lines(self) -> Iterator[str]:
        """The report in the words of `caffe time`, for programs that search it."""
        yield f"weights: {about_weights(self.net)}"
        yield "*** Benchmark begins ***"
        yield f"Testing for {len(self.forwards)} iterations."
        yield "Average time per layer: "
        for row in self.rows:
            yield f"{printable(row.layer):>10}\tforward: {row}"
        yield f"Average Forward pass: {self.forward}"
        yield f"Total Time: {1000 * sum(self.forwards):.6g} ms."
        yield "*** Benchmark ends ***"
        yield NO_BACKWARD

    def as_dict(self) -> dict[str, object]:
        """The same for JSON; a layer that is fused into another has that one's name, and no times."""
        return {
            "name": self.net.name,
            "phase": PHASES[self.net.graph.phase],
            "threads": self.net.threads,
            "iterations": len(self.forwards),
            "layers": [row.as_dict() for row in self.rows],
            "forward": asdict(self.forward),
            "total_ms": 1000 * sum(self.forwards),
            "backward": None,
        }
