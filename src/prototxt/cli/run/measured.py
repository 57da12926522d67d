"""Times that are measured before a run."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from prototxt.cli.common import say, show_notes
from prototxt.views.numbers import counted

if TYPE_CHECKING:
    from prototxt.batch.run import Runner


def warn_if_busy() -> None:
    """A warning on stderr where other programs are at work while times are measured."""
    from prototxt.engine.tuning.machine import busy

    show_notes([note] if (note := busy()) else [])


def autotune(runner: Runner) -> None:
    """Measure the kernels of the layers that run, at the net's present input shapes; a line on stderr says so."""
    start = perf_counter()
    measured = runner.net.autotune(start=runner.start, end=runner.end)
    seconds = perf_counter() - start
    if not measured:
        say("autotune: nothing to measure, every layer's kernel is known", err=True)
        return
    others = [m for m in measured if m.chosen != m.expected]
    say(
        f"autotune: measured the kernels of {counted(len(measured), 'kind')} of layers in {seconds:.1f} s; "
        f"{len(others):,} of them will have another one than expected",
        err=True,
    )
