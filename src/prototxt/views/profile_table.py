"""A profile as a table: the time of each step, and its distance from the machine's bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from prototxt.errors import printable
from prototxt.views.columns import Column, R, column_table, fit, hidden_columns
from prototxt.views.numbers import counted
from prototxt.views.plan import PlanRow
from prototxt.views.plan_table import gflop, step_columns
from prototxt.views.profile import KernelSum, ProfileReport, ProfileRow, Timing

__all__ = ["profile_table"]


def profile_table(report: ProfileReport, width: int) -> RenderableType:
    """The steps, the sums by kernel and the time of a forward, at most `width` columns wide."""
    steps, hidden = fit(_step_columns(report), report.rows, width)
    kernels, more = fit(_kernel_columns(report), report.kernels, width)
    return Group(
        _title(report),
        column_table(steps, report.rows, width),
        column_table(kernels, report.kernels, width),
        _legend(report, list(dict.fromkeys([*hidden, *more]))),
    )


def _step_columns(report: ProfileReport) -> list[Column[ProfileRow]]:
    return [*step_columns(_step), *_times(report.total, _of_step)]


def _kernel_columns(report: ProfileReport) -> list[Column[KernelSum]]:
    return [
        Column("kernel", lambda k: k.kernel, "total", style="magenta"),
        Column("steps", lambda k: str(k.steps), str(len(report.rows)), right=True),
        *_times(report.total, _of_kernel),
    ]


def _step(row: ProfileRow) -> PlanRow:
    return row.step


def _of_step(row: ProfileRow) -> Timing:
    return row.timing


def _of_kernel(kernel: KernelSum) -> Timing:
    return kernel.timing


def _times(total: Timing, of: Callable[[R], Timing]) -> list[Column[R]]:
    def column(title: str, cell: Callable[[Timing], str], style: str = "", spare: int = 0) -> Column[R]:
        return Column(title, lambda r: cell(of(r)), cell(total), right=True, style=style, spare=spare)

    return [
        column("ms", lambda t: _ms(t.seconds), "yellow"),
        column("share", lambda t: f"{t.share:.1%}", "yellow", 1),
        column("GFLOP", lambda t: gflop(t.flop), spare=4),
        column("GFLOP/s", lambda t: _some(t.gflops)),
        column("bound ms", lambda t: _ms(t.bound), spare=3),
        column("x bound", lambda t: _some(t.distance)),
    ]


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.3f}"


def _some(number: float) -> str:
    return f"{number:.1f}" if number else ""


def _title(report: ProfileReport) -> Text:
    plan = report.plan
    shown = (plan.phase, f"profile of {counted(len(report.rows), 'step')}", counted(plan.threads, "thread"))
    return Text.assemble((printable(plan.name) or "net", "bold"), "".join(f" · {part}" for part in shown))


def _legend(report: ProfileReport, hidden: Sequence[str]) -> Text:
    roof = report.roof
    lines = [
        f"a forward takes {_ms(report.forward)} ms, {report.gflops:.1f} GFLOP/s; its steps one by one "
        f"{_ms(report.total.seconds)} ms (medians of {counted(report.forwards, 'forward')})",
        f"{printable(roof.machine)}, {counted(roof.threads, 'thread')}: products {roof.gflops:.1f} GFLOP/s, "
        f"copies {roof.copy_gb:.1f} GB/s read and written, both measured now",
        "bound: the longer of GFLOP at that rate and of bottoms, tops and parameters moved at that rate; below 1 x "
        "where a kernel needs fewer products than the formula or blobs stay in the cache",
        *hidden_columns(hidden),
    ]
    return Text("\n".join(lines), style="dim")
