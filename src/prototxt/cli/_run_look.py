"""The plan of a run, shown in place of the run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING

from prototxt.cli._common import emit, screen, show
from prototxt.cli._plan_options import PlanChoice

if TYPE_CHECKING:
    from prototxt.engine.session import Session
    from prototxt.runs.items import Item, Read
    from prototxt.runs.run import Runner


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
    session = runner.session()
    if planned.plan:
        _show_plan(session, as_json)


def _show_plan(session: Session, as_json: bool) -> None:
    from prototxt.views.plan import make_plan_report, plan_dict
    from prototxt.views.plan_table import plan_table

    plan, threads = session.plan, session.threads
    report = make_plan_report(plan, threads, session.bytes, session.prepared_bytes)
    if as_json:
        emit(json.dumps(plan_dict(report)), None)
    else:
        show(plan_table(report, screen().width))
