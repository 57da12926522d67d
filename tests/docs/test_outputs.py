"""Law: what the docs show is what the commands print."""

from __future__ import annotations

import os
import shlex
from itertools import pairwise
from pathlib import Path
from shutil import which

import pytest

from support.doc_pages import Page, misfit, run, without_times
from support.golden import ROOT

PAGES = [
    Page.read(ROOT / path)
    for path in (
        "README.md", "examples/README.md", "docs/questions.md", "docs/explain.md", "docs/one-value.md",
        "docs/what-if.md", "docs/report.md",
    )
]  # fmt: skip
COMMANDS = [(page, command) for page in PAGES for command in page.commands]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with the files that the docs name, and nothing else."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "deploy.prototxt").symlink_to(ROOT / "examples" / "alexnet.prototxt")
    (tmp_path / "other.prototxt").symlink_to(ROOT / "examples" / "questions" / "vgg16.prototxt")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("page", [page for page in PAGES if page.shown], ids=lambda page: page.path.name)
def test_outputs(page: Page) -> None:
    """All commands of a page in their order, for some write what others read.

    PROTOTXT_REWRITE=1 rewrites the pages: look at the difference before you keep it.
    """
    text, wrong = page.text, []
    for shown in page.shown:
        ran = run(shown.command, page.width)
        said = (shown.rows, ran.rows)
        result = misfit(*map(without_times, said) if shown.command.startswith("prototxt-run ") else said)
        if result:
            wrong.append(f"{page.path.name}:{shown.line}: {shown.command}\n{result}")
            text = text.replace(shown.body, shown.updated(ran.rows))
    if wrong and os.environ.get("PROTOTXT_REWRITE"):
        page.path.write_text(text, encoding="utf-8")
    elif wrong:
        pytest.fail("\n\n".join(wrong), pytrace=False)


@pytest.mark.parametrize(("page", "command"), COMMANDS, ids=[f"{p.path.name}:{c[:60]}" for p, c in COMMANDS])
def test_commands(page: Page, command: str) -> None:
    """The commands whose output is not shown, as far as their files are here."""
    words = shlex.split(command, comments=True)
    files = [word for before, word in pairwise(words) if "." in word and "=" not in word and before != "-o"]
    missing = [file for file in files if not Path(file).exists() and not file.replace(".", "").isdigit()]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")
    if {"net.svg"} & set(words) and which("dot") is None:
        pytest.skip("needs Graphviz")
    assert run(command, page.width).code == 0


def test_every_question_has_its_command() -> None:
    page = next(page for page in PAGES if page.path.name == "questions.md")
    answers = page.text.split("\n## ")[1:]
    assert len(answers) == 11
    assert all("\n$ prototxt-" in answer for answer in answers)


def test_what_is_wrong_with_an_output_is_found() -> None:
    printed = ["one", "two 2.50000", "three", "", "five 12,345 (1.2e-07 apart)"]
    assert not misfit(printed, printed)
    assert not misfit(["one", "two 2.500001", "...", "five 12,345 (3e-07 apart)"], printed)
    assert not misfit(["...", "three", "..."], printed)
    for shown in (
        printed[1:],
        printed[:-1],
        ["one", "two 2.6", "..."],
        ["one", "three", "..."],
        ["...", "three", "two 2.5", "..."],
        ["...", "three", "...", "one", "..."],
        ["...", "five 12,346 (1.2e-07 apart)"],
    ):
        assert misfit(shown, printed)
