"""The rows of a profile: the time of every step, and its lower bound on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median

from prototxt.util.json import JsonObject
from prototxt.views.plan import PlanReport, PlanRow

__all__ = ["KernelSum", "ProfileReport", "ProfileRow", "Roof", "Timing", "make_profile", "profile_dict"]


@dataclass(frozen=True, slots=True)
class Roof:
    """The peak rates of a machine: GFLOP/s of matrix products, GB/s read and written by copies.

    "Roofline: an insightful visual performance model" (Williams, Waterman, Patterson 2009).
    """

    machine: str
    threads: int
    gflops: float
    copy_gb: float

    def seconds(self, flop: int, moved_bytes: int) -> float:
        """The lower bound of the time for `flop` operations on `moved_bytes`: the longer of computing and moving."""
        return max(flop / (1e9 * self.gflops), moved_bytes / (1e9 * self.copy_gb))


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds for `flop` operations, their share of all steps, and the lower bound by the roofline."""

    seconds: float
    share: float
    flop: int
    bound: float

    @property
    def gflops(self) -> float:
        """Billions of operations a second, by the layers' formulas."""
        return _rate(self.flop, self.seconds)

    @property
    def distance(self) -> float:
        """The time as a multiple of the bound; 0 where there is nothing to do."""
        return self.seconds / self.bound if self.bound else 0.0


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A step and its median time."""

    step: PlanRow
    timing: Timing


@dataclass(frozen=True, slots=True)
class KernelSum:
    """All steps of one kernel."""

    kernel: str
    steps: int
    timing: Timing


@dataclass(frozen=True)
class ProfileReport:
    """A plan with times: `total` sums the medians of the steps, `forward` is the median of `forwards` normal runs."""

    plan: PlanReport
    roof: Roof
    rows: tuple[ProfileRow, ...]
    kernels: tuple[KernelSum, ...]
    total: Timing
    forwards: int
    forward: float

    @property
    def gflops(self) -> float:
        """The rate of normal forwards."""
        return _rate(self.plan.flop, self.forward)


def make_profile(
    plan: PlanReport, steps: Sequence[Sequence[float]], forwards: Sequence[float], roof: Roof
) -> ProfileReport:
    """The profile of a plan: `steps` holds the seconds of each step, `forwards` those of normal forwards."""
    medians = [median(seconds) for seconds in steps]
    all_seconds = sum(medians)
    rows = tuple(
        ProfileRow(
            row,
            Timing(
                seconds,
                seconds / all_seconds if all_seconds else 0.0,
                row.flop,
                roof.seconds(row.flop, row.moved_bytes),
            ),
        )
        for row, seconds in zip(plan.rows, medians, strict=True)
    )
    total = _sum([row.timing for row in rows])
    return ProfileReport(plan, roof, rows, _by_kernel(rows), total, len(forwards), median(forwards))


def _sum(timings: Sequence[Timing]) -> Timing:
    return Timing(
        sum(t.seconds for t in timings),
        sum(t.share for t in timings),
        sum(t.flop for t in timings),
        sum(t.bound for t in timings),
    )


def _by_kernel(rows: Sequence[ProfileRow]) -> tuple[KernelSum, ...]:
    """The sums by kernel, the slowest first."""
    timings: dict[str, list[Timing]] = {}
    for row in rows:
        timings.setdefault(row.step.kernel, []).append(row.timing)
    sums = (KernelSum(kernel, len(own), _sum(own)) for kernel, own in timings.items())
    return tuple(sorted(sums, key=lambda s: -s.timing.seconds))


def _rate(flop: int, seconds: float) -> float:
    return flop / seconds / 1e9 if seconds else 0.0


def profile_dict(report: ProfileReport) -> JsonObject:
    """The profile in plain types, ready for JSON; times in milliseconds."""
    return {
        "name": report.plan.name,
        "phase": report.plan.phase,
        "images": report.plan.images,
        "threads": report.plan.threads,
        "machine": asdict(report.roof),
        "forwards": report.forwards,
        "forward_ms": 1000 * report.forward,
        "steps_ms": 1000 * report.total.seconds,
        "bound_ms": 1000 * report.total.bound,
        "gflops": report.gflops,
        "steps": [{**asdict(row.step), **_numbers(row.timing)} for row in report.rows],
        "kernels": [{"kernel": k.kernel, "steps": k.steps, **_numbers(k.timing)} for k in report.kernels],
    }


def _numbers(timing: Timing) -> dict[str, float]:
    return {
        "ms": 1000 * timing.seconds,
        "share": timing.share,
        "flop": timing.flop,
        "gflops": timing.gflops,
        "bound_ms": 1000 * timing.bound,
        "distance": timing.distance,
    }
