"""Times of forward passes and of `prototxt-shapes` as a whole process, side by side in one run.

    python benchmarks/forward.py                    the nets of examples/
    python benchmarks/forward.py a.prototxt ...     others, with the weights their fillers make

The engines take turns, so that a machine whose speed drifts treats both alike: read the ratio, not the milliseconds.
"""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from rich.console import Console
from rich.table import Table

import prototxt

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.prototxt"))
ROUNDS = 7


def milliseconds(action: Callable[[], object]) -> float:
    start = perf_counter()
    action()
    return 1000 * (perf_counter() - start)


def forward_times(path: Path) -> tuple[list[float], list[float]]:
    """Milliseconds of forwards in the fast and the reference engine, in turns, a new image each time."""
    nets = [prototxt.load_net(path, engine=engine, keep="outputs") for engine in ("fast", "reference")]
    rng = np.random.default_rng(0)
    times: tuple[list[float], list[float]] = ([], [])
    for i in range(ROUNDS + 1):
        feeds = {name: 30 * rng.standard_normal(nets[0].blobs[name].shape) for name in nets[0].inputs}
        for net, own in zip(nets, times, strict=True):
            net.forward(feeds)
            if i:  # the first round wakes the threads and fills the caches
                own.append(milliseconds(lambda net=net, feeds=feeds: net.forward(feeds)))  # type: ignore[misc]
    return times


def process_times(path: Path) -> list[float]:
    """Milliseconds of `prototxt-shapes` from start to exit."""
    command = [str(Path(sys.executable).with_name("prototxt-shapes")), str(path)]
    runs = [
        milliseconds(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(ROUNDS)
    ]
    return runs[1:]


def main() -> None:
    paths = [Path(p) for p in sys.argv[1:]] or EXAMPLES
    table = Table(title=f"medians in milliseconds · NumPy {np.__version__} · {platform.processor() or 'cpu'}")
    for title in ("net", "fast", "reference", "fast / reference", "prototxt-shapes, whole process"):
        table.add_column(title, justify="left" if title == "net" else "right")
    for path in paths:
        fast, reference = forward_times(path)
        ratio = median(f / r for f, r in zip(fast, reference, strict=True))
        cells = (median(fast), median(reference), ratio, median(process_times(path)))
        table.add_row(path.stem, *(f"{cell:.2f}" for cell in cells))
    Console().print(table)


if __name__ == "__main__":
    main()
