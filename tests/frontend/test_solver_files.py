"""Solver files are recognised, and say which net they point to."""

from __future__ import annotations

from pathlib import Path

import pytest

import prototxt
from prototxt.cli.shapes import main as shapes
from prototxt.errors import SolverFileError
from prototxt.frontend.load import define_net
from support.commands import LENET, invoke

SOLVER = 'net: "models/made/net.prototxt"\nbase_lr: 0.01\nlr_policy: "step"\nmax_iter: 100\n'


def hint_of(text: str, file: str = "solver.prototxt") -> str:
    with pytest.raises(SolverFileError) as caught:
        define_net(text, file)
    assert str(caught.value).startswith(f"{file}: this is a solver")
    return caught.value.hint or ""


def test_a_net_that_is_not_here() -> None:
    assert hint_of(SOLVER) == 'its net is "models/made/net.prototxt", which is not here'


def test_the_net_lies_beside_its_solver(tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(Path(LENET).read_text())
    assert hint_of(SOLVER, str(tmp_path / "solver.prototxt")) == f'its net is "{net}"'


def test_nets_for_training_and_for_testing_and_one_inside() -> None:
    two = 'train_net: "a.prototxt" test_net: "b.prototxt" test_iter: 3'
    assert hint_of(two) == 'its net is "a.prototxt", which is not here and "b.prototxt", which is not here'
    assert "stands in net_param" in hint_of("net_param { name: 'x' } max_iter: 3")
    assert hint_of("max_iter: 3") == "it names no net"


@pytest.mark.parametrize("net", ["\0", "x" * 5000, "é\xff"])
def test_a_name_that_can_be_no_file(net: str) -> None:
    assert "which is not here" in hint_of(f'net: "{net}" max_iter: 3'.replace("\0", "\\000"))


def test_a_net_with_a_field_of_solvers_is_a_net() -> None:
    """`debug_info` is a field of both; `solver_mode` is not, but there are layers."""
    layer = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 } } }'
    assert define_net(f"debug_info: true {layer}", "net").message.layer
    assert define_net(f"solver_mode: CPU {layer}", "net").message.layer
    with pytest.raises(prototxt.NetError, match="no layers"):
        prototxt.parse_net("debug_info: true")


def test_the_command_says_so(tmp_path: Path) -> None:
    file = tmp_path / "solver.prototxt"
    file.write_text(SOLVER)
    result = invoke(shapes, file)
    assert (result.code, result.out) == (1, "")
    assert "this is a solver" in result.err
    assert "unknown field" not in result.err
