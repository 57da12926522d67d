"""Solvers: the enum as the name that Caffe gives it."""

from __future__ import annotations

import pytest

from prototxt.errors import NetError
from prototxt.schema import enum_type
from prototxt.schema.caffe_pb2 import SolverParameter
from prototxt.upgrade.solver import TYPES, upgrade_solver


@pytest.mark.parametrize(("old", "new"), TYPES.items())
def test_every_method(old: str, new: str) -> None:
    solver = SolverParameter(net="net.prototxt", solver_type=SolverParameter.SolverType.Value(old))
    upgraded = upgrade_solver(solver, "solver.prototxt")
    assert upgraded == SolverParameter(net="net.prototxt", type=new)
    assert solver.HasField("solver_type")


def test_there_are_no_others() -> None:
    assert set(TYPES) == set(enum_type("SolverParameter.SolverType").values_by_name)


def test_todays_solver_is_not_changed() -> None:
    solver = SolverParameter(type="Adam", momentum2=0.5)
    assert upgrade_solver(solver, "solver.prototxt") == solver


def test_both_forms() -> None:
    solver = SolverParameter(type="Adam", solver_type="ADAM")
    with pytest.raises(NetError, match=r"^solver\.prototxt: the solver has both solver_type .* and type"):
        upgrade_solver(solver, "solver.prototxt")
