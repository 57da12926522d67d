"""Law: the code that docs/explain.md shows runs. (What its commands print: tests/docs.)"""

from __future__ import annotations

import re

import pytest

from support.golden import ROOT

PAGE = (ROOT / "docs" / "explain.md").read_text()


def test_code_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(code, {})
    assert "connectivity joined {'pairs': 12288}" in capsys.readouterr().out
