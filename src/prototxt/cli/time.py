"""prototxt-time: how long a net's forward takes, layer by layer; `caffe time` with its flags and its words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import TYPE_CHECKING, Any

import click

from prototxt.cli.common import emit, show_notes
from prototxt.cli.options.gflags import OneDash
from prototxt.cli.options.net import file_name, input_shape
from prototxt.cli.run.measured import warn_if_busy
from prototxt.cli.run.text import about_weights, missing_weights
from prototxt.errors import printable

if TYPE_CHECKING:
    from prototxt.engine.profile import Times
    from prototxt.net import Net

NO_BACKWARD = "backward: not timed, training is not built yet"


@click.command(cls=OneDash, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--model", type=file_name, required=True, metavar="FILE", help="The net's prototxt file.")
@click.option(
    "--weights", type=file_name, metavar="FILE[,FILE...]",
    help=".caffemodel, .h5 or .npz; without it the fillers make random weights, which take as long.",
)  # fmt: skip
@click.option(
    "--iterations", type=click.IntRange(1), default=50, show_default=True, help="How many forwards are timed."
)
@click.option(
    "--phase", type=click.Choice(["TRAIN", "TEST"]), default="TRAIN", show_default=True,
    help="Which layers take part.",
)  # fmt: skip
@click.option("--level", default=0, show_default=True, help="The net's level, for include rules.")
@click.option("--stage", default="", metavar="NAME[,NAME...]", help="The net's stages.")
@click.option("--gpu", metavar="ID[,ID...]|all", help="Accepted, with a warning: nets run on the CPU.")
@click.option(
    "--input", "inputs", type=input_shape, metavar="NAME=N,C,H,W", multiple=True,
    help="An input's shape, in place of the file's own; may be given several times.",
)  # fmt: skip
@click.option(
    "--threads",
    type=click.IntRange(1, 256),
    metavar="N",
    help="[default: PROTOTXT_NUM_THREADS, else every core]",
)
@click.option("--allow-python-layers", is_flag=True, help="Let layers of type Python run the net's own code.")
@click.option("--json", "as_json", is_flag=True, help="Print the times as JSON.")
@click.version_option(package_name="prototxt")
def main(
    model: str,
    weights: str | None,
    iterations: int,
    phase: str,
    level: int,
    stage: str,
    gpu: str | None,
    inputs: tuple[tuple[str, tuple[int, ...]], ...],
    threads: int | None,
    allow_python_layers: bool,
    as_json: bool,
) -> None:
    """Time the forward pass of a net, as `caffe time` does: every layer, and the whole.

    A first forward is not counted. Then forwards layer by layer, which time the layers, and usual ones, which time the
    whole, take turns. A layer that is fused into another has its time there. Inputs are noise. Options may be
    written with one dash, as Caffe's.

    \b
    Examples:
      prototxt-time -model deploy.prototxt -iterations 10
      prototxt-time --model deploy.prototxt --weights net.caffemodel --phase TEST --json
    """
    from prototxt.frontend.load import Options, define_net
    from prototxt.net import Net
    from prototxt.text.read import read_text

    if gpu:
        show_notes([f"--gpu {gpu}: nets run on the CPU here"])
    definition = define_net(read_text(model), model)
    show_notes(definition.notes)
    stages = tuple(filter(None, stage.split(",")))
    options = Options(phase, level, stages, dict(inputs), allow_python_layers=allow_python_layers)
    files = list(filter(None, weights.split(","))) if weights else None
    net = Net(definition, options, files, keep="outputs", engine="fast", threads=threads)
    show_notes([*net.graph.notes[len(definition.notes) :], *missing_weights(net)])
    warn_if_busy()
    timed = _Timed.of(net, _measure(net, iterations))
    emit(json.dumps(timed.as_dict()) if as_json else "\n".join(timed.lines()), None)


def _measure(net: Net, forwards: int) -> Times:
    from prototxt.batch.run import Runner
    from prototxt.engine.profile import time_steps

    runner = Runner(net)
    runner.give(runner.noise())
    return time_steps(runner.session(), forwards)


@dataclass(frozen=True)
class _Spent:
    """Milliseconds over all forwards."""

    mean: float
    median: float
    least: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> _Spent:
        return cls(1000 * mean(seconds), 1000 * median(seconds), 1000 * min(seconds))

    def __str__(self) -> str:
        return f"{self.mean:.6g} ms. (median {self.median:.6g}, least {self.least:.6g})"

    def as_dict(self) -> dict[str, float]:
        return {"mean_ms": self.mean, "median_ms": self.median, "min_ms": self.least}


@dataclass(frozen=True)
class _Row:
    """A layer, and its time or the layer into whose step it is fused; inputs have neither."""

    layer: str
    type: str
    spent: _Spent | None
    within: str | None


@dataclass(frozen=True)
class _Timed:
    """What there is to tell."""

    net: Net
    rows: tuple[_Row, ...]
    forward: _Spent
    forwards: tuple[float, ...]

    @classmethod
    def of(cls, net: Net, times: Times) -> _Timed:
        plan = net.plan()
        first = {node.index: step.nodes[0] for step in plan.steps for node in step.nodes}
        spent = {
            step.nodes[0].index: _Spent.of(seconds)
            for step, seconds in zip(plan.steps, times.steps, strict=True)
        }
        rows = []
        for node in net.layers:
            host = first.get(node.index, node)
            within = None if host is node else host.name
            rows.append(_Row(node.name, node.type, spent.get(node.index), within))
        return cls(net, tuple(rows), _Spent.of(times.forwards), times.forwards)

    def lines(self) -> Iterator[str]:
        """In the words of `caffe time`, for those who search its report."""
        yield f"weights: {about_weights(self.net)}"
        yield "*** Benchmark begins ***"
        yield f"Testing for {len(self.forwards)} iterations."
        yield "Average time per layer: "
        for row in self.rows:
            yield f"{printable(row.layer):>10}\tforward: {self._told(row)}"
        yield f"Average Forward pass: {self.forward}"
        yield f"Total Time: {1000 * sum(self.forwards):.6g} ms."
        yield "*** Benchmark ends ***"
        yield NO_BACKWARD

    @staticmethod
    def _told(row: _Row) -> str:
        if row.within is not None:
            return f"within {printable(row.within)}"
        return str(row.spent) if row.spent else "0 ms. (nothing to do)"

    def as_dict(self) -> dict[str, Any]:
        """The same for JSON: a layer that is fused into another has that one's name, and no times."""
        from prototxt.graph.select import PHASES

        none = dict.fromkeys(("mean_ms", "median_ms", "min_ms"))
        return {
            "name": self.net.name,
            "phase": PHASES[self.net.graph.phase],
            "threads": self.net.threads,
            "iterations": len(self.forwards),
            "layers": [
                {
                    "layer": r.layer,
                    "type": r.type,
                    "within": r.within,
                    **(r.spent.as_dict() if r.spent else none),
                }
                for r in self.rows
            ],
            "forward": self.forward.as_dict(),
            "total_ms": 1000 * sum(self.forwards),
            "backward": None,
        }
