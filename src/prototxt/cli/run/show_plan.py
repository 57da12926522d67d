"""The plan of a run, shown in place of the run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING

from prototxt.cli.common import emit, screen, show
from prototxt.cli.options.plan import PlanChoice
from prototxt.cli.run.measured import autotune

if TYPE_CHECKING:
    from prototxt.batch.items import Item, Read
    from prototxt.batch.run import Runner
    from prototxt.engine.session import Session
    from prototxt.views.plan import PlanReport


def first_items(read: Read, names: Sequence[str], batch: int) -> list[Item]:
    """The first batch: as many items, or fewer where there are no more."""
    return list(islice(chain.from_iterable(map(read, names)), batch))


def look(
    runner: Runner,
    planned: PlanChoice,
    as_json: bool,
    *,
    items: Sequence[Item] = (),
    batch: int | None = None,
) -> None:
    """The plan of a forward over these items, on standard output.

    Without items the inputs have the shapes of the net, or so many images each.
    """
    runner.fit(items, batch)
    if planned.autotune:
        autotune(runner)
    if planned.plan:
        _show_plan(runner.session(), as_json)
    else:
        _show_profile(runner, items, as_json)


def _show_plan(session: Session, as_json: bool) -> None:
    from prototxt.views.plan import plan_dict
    from prototxt.views.plan_table import plan_table

    report = _plan_report(session)
    if as_json:
        emit(json.dumps(plan_dict(report)), None)
    else:
        show(plan_table(report, screen().width))


def _plan_report(session: Session) -> PlanReport:
    from prototxt.views.plan import make_plan_report

    return make_plan_report(session.plan, session.threads, session.bytes, session.packed_bytes)


def _show_profile(runner: Runner, items: Sequence[Item], as_json: bool) -> None:
    from prototxt.engine.profile import time_steps
    from prototxt.engine.tuning.machine import measure_machine
    from prototxt.views.profile import Roof, make_profile, profile_dict
    from prototxt.views.profile_table import profile_table

    runner.give(runner.feeds(items) if items else runner.noise())
    session = runner.session()
    machine = measure_machine(session.threads)
    times = time_steps(session)
    roof = Roof(machine.name, machine.threads, machine.gflops, machine.copy_gb)
    report = make_profile(_plan_report(session), times.steps, times.forwards, roof)
    if as_json:
        emit(json.dumps(profile_dict(report)), None)
    else:
        show(profile_table(report, screen().width))
