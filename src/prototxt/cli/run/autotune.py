"""Measuring kernels before a run, with a line about it on standard error."""

from __future__ import annotations

from time import perf_counter

from prototxt.batch.runner import Runner
from prototxt.cli.printing import print_line
from prototxt.views.numbers import counted


def autotune(runner: Runner) -> None:
    """Measure the kernels of the layers that run, at the net's present input shapes."""
    start = perf_counter()
    measured = runner.net.autotune(start=runner.start, end=runner.end)
    seconds = perf_counter() - start
    if not measured:
        print_line("autotune: nothing to measure, every layer's kernel is known", err=True)
        return
    changed = [m for m in measured if m.chosen != m.expected]
    print_line(
        f"autotune: measured the kernels of {counted(len(measured), 'kind')} of layers in {seconds:.1f} s; "
        f"{len(changed):,} of them will have another one than expected",
        err=True,
    )
