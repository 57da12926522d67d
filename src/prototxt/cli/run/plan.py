"""--plan and --profile: the plan of a run, shown or timed instead of the run."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.batch.items import Item
from prototxt.batch.runner import Runner
from prototxt.cli.options.plan import PlanChoice
from prototxt.cli.printing import print_table, screen, write_text
from prototxt.cli.run.autotune import autotune
from prototxt.engine.profile import time_steps
from prototxt.engine.session import Session
from prototxt.engine.tuning import machine
from prototxt.util.json import dumps_raw
from prototxt.views.plan import PlanReport, make_plan_report, plan_dict
from prototxt.views.plan_table import plan_table
from prototxt.views.profile import Roof, make_profile, profile_dict
from prototxt.views.profile_table import profile_table


def show_plan(
    runner: Runner,
    planned: PlanChoice,
    as_json: bool,
    *,
    items: Sequence[Item] = (),
    batch: int | None = None,
) -> None:
    """Print the plan, or the profile, of a forward over these items.

    Without items the inputs have the shapes of the net, or `batch` images each.
    """
    runner.fit(items, batch)
    if planned.autotune:
        autotune(runner)
    if planned.plan:
        _print_plan(runner.session(), as_json)
    else:
        _print_profile(runner, items, as_json)


def _print_plan(session: Session, as_json: bool) -> None:
    report = _plan_report(session)
    if as_json:
        write_text(dumps_raw(plan_dict(report), indent=None), None)
    else:
        print_table(plan_table(report, screen().width))


def _plan_report(session: Session) -> PlanReport:
    return make_plan_report(session.plan, session.threads, session.bytes, session.packed_bytes)


def _print_profile(runner: Runner, items: Sequence[Item], as_json: bool) -> None:
    runner.forward(runner.feeds(items) if items else runner.noise())
    session = runner.session()
    measured = machine.measure_machine(session.threads)
    times = time_steps(session)
    roof = Roof(measured.name, measured.threads, measured.gflops, measured.copy_gb)
    report = make_profile(_plan_report(session), times.steps, times.forwards, roof)
    if as_json:
        write_text(dumps_raw(profile_dict(report), indent=None), None)
    else:
        print_table(profile_table(report, screen().width))
