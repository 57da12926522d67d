"""The rows of a profile: bounds by hand, sums by kernel, and the table."""

from __future__ import annotations

import json

import pytest
from rich.console import RenderableType

from prototxt.views.columns import plain_text
from prototxt.views.plan import PlanReport
from prototxt.views.profile import ProfileReport, Roof, make_profile, profile_dict
from prototxt.views.profile_table import profile_table
from support.plans import report as plan_report

ROOF = Roof("a machine", 2, 100.0, 20.0)


def profile(plan: PlanReport) -> ProfileReport:
    """Steps of 1, 2, 3, 0 and 4 ms, and forwards of 9 ms."""
    steps = [[0.001, 0.005, 0.001], [0.002], [0.003], [0.0], [0.004]]
    return make_profile(plan, steps, [0.009, 0.008, 0.1], ROOF)


def test_the_roof() -> None:
    assert ROOF.seconds(2 * 10**9, 10**6) == pytest.approx(0.02)  # computing takes longer
    assert ROOF.seconds(10**6, 10**9) == pytest.approx(0.05)  # moving does
    assert ROOF.seconds(0, 0) == 0


def test_rows_and_sums() -> None:
    plan = plan_report()
    result = profile(plan)
    conv, left, right, both, prob = result.rows
    assert [row.timing.seconds for row in result.rows] == [0.001, 0.002, 0.003, 0.0, 0.004]
    assert [conv.timing.share, prob.timing.share] == pytest.approx([0.1, 0.4])
    assert conv.timing.gflops == pytest.approx(conv.step.flop / 1e6)
    assert left.timing.bound == ROOF.seconds(left.step.flop, left.step.moved_bytes)
    assert left.timing.distance == pytest.approx(0.002 / left.timing.bound)
    assert (both.timing.bound, both.timing.distance, both.timing.gflops) == (0, 0, 0)
    assert [k.kernel for k in result.kernels] == ["im2col_gemm", "forward", "in place"]
    assert [k.steps for k in result.kernels] == [3, 1, 1]
    assert result.kernels[0].timing.seconds == pytest.approx(0.006)
    assert result.kernels[0].timing.bound == conv.timing.bound + left.timing.bound + right.timing.bound
    assert result.total.seconds == pytest.approx(0.010)
    assert result.total.share == pytest.approx(1)
    assert (result.forward, result.forwards) == (0.009, 3)
    assert result.gflops == pytest.approx(plan.flop / 0.009 / 1e9)


def test_plain_types() -> None:
    document = json.loads(json.dumps(profile_dict(profile(plan_report()))))
    assert document["machine"] == {"machine": "a machine", "threads": 2, "gflops": 100.0, "copy_gb": 20.0}
    assert [step["ms"] for step in document["steps"]] == [1, 2, 3, 0, 4]
    assert document["forward_ms"] == 9
    assert document["kernels"][0]["flop"] == document["steps"][0]["flop"] + sum(
        s["flop"] for s in document["steps"][1:3]
    )


def shown(table: RenderableType) -> list[str]:
    return plain_text(table).splitlines()


def test_a_table() -> None:
    result = profile(plan_report())
    lines = shown(profile_table(result, 10_000))
    assert lines[0] == "steps · TEST · profile of 5 steps · 2 threads"
    (conv,) = (line for line in lines if "conv .. relu" in line)
    assert conv.split()[-6:-4] == ["1.000", "10.0%"]
    totals = [line.split() for line in lines if line.split()[:1] == ["total"]]
    assert [t[-6:-4] for t in totals] == [["10.000", "100.0%"]] * 2
    assert any(line.startswith("a forward takes 9.000 ms") for line in lines)
    narrow = shown(profile_table(result, 80))
    assert "hidden columns (terminal too narrow): GFLOP, bound ms, type" in narrow[-1]
