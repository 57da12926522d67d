"""The time of each step of a plan, measured in forwards that run step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from prototxt.engine.session import Session
from prototxt.engine.watch import Timer, Watcher

__all__ = ["MAX_FORWARDS", "MIN_FORWARDS", "Times", "time_steps"]

SECONDS = 1.0
"""About how long is measured, if that makes at least MIN_FORWARDS and at most MAX_FORWARDS."""

MIN_FORWARDS, MAX_FORWARDS = 3, 50


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds: of every step in the plan's order, forward by forward; and of as many forwards as they usually run."""

    steps: tuple[tuple[float, ...], ...]
    forwards: tuple[float, ...]

    @property
    def medians(self) -> tuple[float, ...]:
        """Every step's median."""
        return tuple(map(median, self.steps))


def time_steps(session: Session, forwards: int | None = None) -> Times:
    """Times of N forwards after a first one, which is not counted; by default as many as take a second.

    The inputs are the values in `session.entries`. Forwards step by step and usual ones take turns.
    """
    session.run([Watcher()])
    once = _timed(session, ())
    rounds = forwards or min(max(round(SECONDS / max(2 * once, 1e-6)), MIN_FORWARDS), MAX_FORWARDS)
    steps, usual = Timer(), []
    for _ in range(rounds):
        _timed(session, [steps])
        usual.append(_timed(session, ()))
    in_order = (tuple(steps.seconds[step.nodes[0].index]) for step in session.plan.steps)
    return Times(tuple(in_order), tuple(usual))


def _timed(session: Session, watchers: Sequence[Watcher]) -> float:
    start = perf_counter()
    session.run(watchers)
    return perf_counter() - start
