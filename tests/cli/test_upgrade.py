"""prototxt-upgrade: what it is given, what it says, and that it writes whole files alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from prototxt.cli.upgrade import main as upgrade
from support.commands import LENET, LENET_BLOBS, invoke, write_weights

OLD = 'layers { name: "r" type: RELU bottom: "a" top: "b" }'


def test_a_net(tmp_path: Path) -> None:
    old, new = tmp_path / "old.prototxt", tmp_path / "new.prototxt"
    old.write_text(OLD)
    result = invoke(upgrade, old, new)
    assert (result.code, result.err) == (0, "")
    assert result.out == f"Wrote the net to {new}, upgraded: V1 layers\n"
    assert new.read_text() == 'layer {\n  name: "r"\n  type: "ReLU"\n  bottom: "a"\n  top: "b"\n}\n'
    assert "was in the current format already" in invoke(upgrade, new, old).out


def test_a_solver(tmp_path: Path) -> None:
    path = tmp_path / "solver.prototxt"
    path.write_text('net: "a" solver_type: ADAM')
    assert invoke(upgrade, path, path).out == f"Wrote the solver to {path}, upgraded: solver_type\n"
    assert path.read_text() == 'net: "a"\ntype: "Adam"\n'


def test_a_trained_net(tmp_path: Path) -> None:
    old, new = write_weights(tmp_path / "old.caffemodel", LENET_BLOBS), tmp_path / "new.caffemodel"
    assert invoke(upgrade, old, new).out.startswith(f"Wrote the trained net to {new}: ")
    assert new.read_bytes() == old.read_bytes()
    assert invoke(upgrade, "--binary", old, new).code == 0


@pytest.mark.parametrize(
    ("flag", "of_text", "what"),
    [("--binary", True, "this is a text file"), ("--text", False, "not a text file")],
)
def test_what_the_user_says_counts(flag: str, of_text: bool, what: str, tmp_path: Path) -> None:
    source = LENET if of_text else write_weights(tmp_path / "old.caffemodel", LENET_BLOBS)
    result = invoke(upgrade, flag, source, tmp_path / "new")
    assert (result.code, result.out) == (1, "")
    assert what in result.err
    assert not (tmp_path / "new").exists()


def test_warnings_and_strict(tmp_path: Path) -> None:
    old, new = tmp_path / "old.prototxt", tmp_path / "new.prototxt"
    old.write_text(OLD.replace("bottom", "botom: 1 bottom"))
    result = invoke(upgrade, old, new)
    assert result.code == 0
    assert 'unknown field "botom"' in result.err
    new.unlink()
    assert invoke(upgrade, "--strict", old, new).code == 1
    assert not new.exists()
    weights = write_weights(tmp_path / "old.caffemodel", LENET_BLOBS)
    assert "strict is for text" in invoke(upgrade, "--strict", weights, new).err


@pytest.mark.parametrize(
    ("text", "what"), [("layers { type: RELU", "unexpected end"), ('layers { type: "ReLU" }', "type")]
)
def test_broken_files(text: str, what: str, tmp_path: Path) -> None:
    old, new = tmp_path / "old.prototxt", tmp_path / "new.prototxt"
    old.write_text(text)
    result = invoke(upgrade, old, new)
    assert (result.code, result.out) == (1, "")
    assert what in result.err
    assert "old.prototxt:1:" in result.err
    assert not new.exists()


def test_files_that_are_not_there(tmp_path: Path) -> None:
    assert "there is no such file" in invoke(upgrade, tmp_path / "gone", tmp_path / "new").err
    result = invoke(upgrade, LENET, tmp_path / "no" / "new.prototxt")
    assert result.code == 1
    assert "cannot be written" in result.err
