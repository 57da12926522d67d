"""Law: what docs/explain.md shows is what the command prints."""

from __future__ import annotations

import re
import shlex

import pytest

from cli.commands import invoke
from golden import ROOT
from prototxt.cli.explain import main as explain

PAGE = (ROOT / "docs" / "explain.md").read_text()
BLOCKS = re.findall(r"```\n\$ prototxt-explain (.*)\n([^`]*)```", PAGE)


@pytest.mark.parametrize(("args", "shown"), BLOCKS, ids=[f"{i}" for i in range(len(BLOCKS))])
def test_blocks(args: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = invoke(explain, *shlex.split(args))
    assert result.code == 0
    printed = "\n".join(row.rstrip() for row in result.out.splitlines())
    for excerpt in shown.split("\n...\n"):
        assert excerpt.strip() in printed


def test_there_are_blocks() -> None:
    assert len(BLOCKS) > 8


def test_code_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(code, {})
    assert "connectivity joined {'pairs': 12288}" in capsys.readouterr().out
