"""NumPy's kernels beside those that numba compiles, layer by layer, and whole forwards of the nets of nets.py.

    python benchmarks/compiled.py                     mobilenet, alexnet, googlenet, squeezenet
    python benchmarks/compiled.py alexnet --batch 4

Both take turns, so that a machine whose speed drifts treats them alike: read the ratio, not the milliseconds.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from nets import NETS
from rich.console import Console
from rich.table import Table

import prototxt
from prototxt.blobs import Array
from prototxt.engine.watch import Timer
from prototxt.net import Net
from prototxt.plan.plan import Plan

USUAL = ("mobilenet", "alexnet", "googlenet", "squeezenet")
ENGINES = ("fast", "numba")
ROUNDS = 15


def whole(nets: Sequence[Net], feeds: dict[str, Array]) -> list[list[float]]:
    """Seconds of forwards, in turns, a list per net."""
    times: list[list[float]] = [[] for _ in nets]
    for i in range(ROUNDS + 1):
        for net, own in zip(nets, times, strict=True):
            net.forward(feeds)  # the other net has been in the caches
            start = perf_counter()
            net.forward(feeds)
            if i:
                own.append(perf_counter() - start)
    return times


def by_kernel(nets: Sequence[Net], feeds: dict[str, Array]) -> dict[str, list[tuple[float, float]]]:
    """For every compiled kernel of the second net, round by round: the seconds of its steps in each net."""
    chosen = kernels(nets[1].plan())
    found: dict[str, list[tuple[float, float]]] = {kernel: [] for kernel in chosen.values()}
    for _ in range(ROUNDS):
        timers = [Timer() for _ in nets]
        for net, timer in zip(nets, timers, strict=True):
            net.forward(feeds)
            net.forward(feeds, watchers=[timer])
        for kernel, rounds in found.items():
            steps = [index for index, own in chosen.items() if own == kernel]
            one, other = (sum(timer.seconds[index][0] for index in steps) for timer in timers)
            rounds.append((one, other))
    return found


def kernels(plan: Plan) -> dict[int, str]:
    """The compiled kernels of a plan, by the index of the first layer of their steps."""
    named = {step.nodes[0].index: step.kernel.name for step in plan.steps if step.kernel}
    return {index: kernel for index, kernel in named.items() if kernel.endswith(("_compiled", "_fused"))}


def first_use() -> tuple[float, float, float]:
    """Milliseconds in a new process: to import numba, to compile everything, to load what was compiled."""
    script = (
        "import prototxt.plan.choose_kernel; from time import perf_counter as now; a = now(); import numba; b = now(); "
        "import prototxt.plan.compiled; print(1e3 * (b - a), 1e3 * (now() - b))"
    )
    with TemporaryDirectory() as cache:
        told = [
            subprocess.run(
                [sys.executable, "-c", script],
                check=True,
                capture_output=True,
                text=True,
                env=os.environ | {"NUMBA_CACHE_DIR": cache},
            ).stdout
            for _ in range(6)
        ]
    imports, loads = zip(*(map(float, line.split()) for line in told), strict=True)
    return median(imports), loads[0], median(loads[1:])


def add_row(table: Table, net: str, what: str, pairs: Sequence[tuple[float, float]]) -> None:
    one, other = zip(*pairs, strict=True)
    ratio = median(b / a for a, b in pairs)
    table.add_row(net, what, f"{1e3 * median(one):.2f}", f"{1e3 * median(other):.2f}", f"{ratio:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="NumPy's kernels beside compiled ones.")
    parser.add_argument("nets", nargs="*", default=USUAL, help=f"of {', '.join(NETS)}")
    parser.add_argument("--batch", type=int, default=1, help="images per forward (default 1)")
    parser.add_argument("--threads", type=int, help="default all cores")
    given = parser.parse_args()
    table = Table(title=f"medians in milliseconds · batch {given.batch} · NumPy {np.__version__}")
    for title in ("net", "what", "NumPy", "compiled", "compiled / NumPy"):
        table.add_column(title, justify="left" if title in ("net", "what") else "right")
    for name in given.nets:
        pair = [
            prototxt.parse_net(NETS[name](), engine=e, keep="outputs", threads=given.threads) for e in ENGINES
        ]
        shape = (given.batch, *pair[0].blobs["data"].shape[1:])
        feeds = {"data": 30 * np.random.default_rng(0).standard_normal(shape).astype(np.float32)}
        add_row(table, name, "forward", list(zip(*whole(pair, feeds), strict=True)))
        for kernel, pairs in by_kernel(pair, feeds).items():
            add_row(table, "", kernel, pairs)
    Console().print(table)
    told = "import of numba {:.0f} ms, compiling once {:.0f} ms, loading it later {:.0f} ms"
    Console().print(told.format(*first_use()))


if __name__ == "__main__":
    main()
