"""prototxt-draw: what it writes where, with and without Graphviz."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from prototxt.cli.draw import main as draw
from support.commands import ALEXNET, DATA, LENET, invoke, layer


@pytest.mark.parametrize(
    ("suffix", "start"), [(".dot", "digraph {"), (".gv", "digraph {"), (".mmd", "flowchart TB")]
)
def test_the_suffix_says_what_to_write(suffix: str, start: str, tmp_path: Path) -> None:
    path = tmp_path / f"net{suffix}"
    assert invoke(draw, LENET, "-o", path).code == 0
    text = path.read_text()
    assert text.startswith(start)
    assert "1x20x24x24" in text


def test_on_standard_output() -> None:
    assert invoke(draw, LENET).out.startswith("digraph {")
    assert invoke(draw, LENET, "--format", "mermaid", "--direction", "right").out.startswith("flowchart LR")
    assert "1x96x94x94" in invoke(draw, ALEXNET, "--input", "data=1,3,384,384").out


@pytest.mark.parametrize(
    ("args", "what"),
    [(["-o", "net.bmp"], "the suffix says which format to write"), (["--format", "png"], "goes to a file")],
)
def test_wrong_usage(args: list[str], what: str) -> None:
    result = invoke(draw, LENET, *args)
    assert result.code == 2
    assert what in result.err


def test_without_graphviz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = invoke(draw, LENET, "-o", tmp_path / "net.svg")
    assert (result.code, result.out) == (1, "")
    assert "which is not installed here" in result.err
    assert "apt install graphviz" in result.err
    assert not (tmp_path / "net.svg").exists()


def fake_dot(folder: Path, script: str) -> None:
    path = folder / "dot"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)


def test_what_dot_gives_is_the_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_dot(tmp_path, 'echo "$1"; while read line; do echo "$line"; done')
    monkeypatch.setenv("PATH", str(tmp_path))
    assert invoke(draw, LENET, "-o", tmp_path / "net.svg").code == 0
    assert (tmp_path / "net.svg").read_text().startswith("-Tsvg\ndigraph {")
    assert invoke(draw, LENET, "--format", "svg").out.startswith("-Tsvg\ndigraph {")


def test_where_dot_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_dot(tmp_path, "echo out of ink >&2; exit 3")
    monkeypatch.setenv("PATH", str(tmp_path))
    result = invoke(draw, LENET, "-o", tmp_path / "net.png")
    assert result.code == 1
    assert "dot failed: out of ink" in result.err


def test_layers_that_nothing_here_can_run_are_drawn(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text(DATA + layer("Unheard"))
    result = invoke(draw, path)
    assert result.code == 0
    assert "Unheard" in result.out


def test_broken_nets_are_told_as_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text(DATA + layer("Convolution", "convolution_param { num_output: 2 kernel_size: 20 }"))
    result = invoke(draw, path)
    assert result.code == 1
    assert "Convolution" in result.out
    assert 'layer "it" (Convolution): the kernel spans 20x20' in result.err
