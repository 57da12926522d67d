"""Law: what the docs show is what the commands print."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from shutil import which

import pytest

from docs.pages import Page, Shown, misfit, run, without_times
from golden import ROOT

PAGES = [
    Page.read(ROOT / path)
    for path in (
        "README.md", "examples/README.md", "docs/questions.md", "docs/explain.md", "docs/one-value.md",
        "docs/what-if.md", "docs/report.md",
    )
]  # fmt: skip
SHOWN = [(page, shown) for page in PAGES for shown in page.shown]
NAMES = [f"{page.path.name}:{shown.line}" for page, shown in SHOWN]

COMMANDS = [(page, command) for page in PAGES for command in page.commands]


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One folder for all commands of all pages, in their order: some write what others read."""
    place = tmp_path_factory.mktemp("docs")
    (place / "examples").symlink_to(ROOT / "examples")
    (place / "deploy.prototxt").symlink_to(ROOT / "examples" / "alexnet.prototxt")
    (place / "other.prototxt").symlink_to(ROOT / "examples" / "questions" / "vgg16.prototxt")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        yield place


@pytest.mark.parametrize(("page", "shown"), SHOWN, ids=NAMES)
def test_outputs(page: Page, shown: Shown) -> None:
    """PROTOTXT_REWRITE=1 writes the pages anew: look at the difference before you keep it."""
    ran = run(shown.command, page.width)
    said = (shown.rows, ran.rows)
    wrong = misfit(*map(without_times, said) if shown.command.startswith("prototxt-run ") else said)
    if wrong and os.environ.get("PROTOTXT_REWRITE"):
        page.path.write_text(page.path.read_text().replace(shown.body, shown.anew(ran.rows)))
    elif wrong:
        pytest.fail(f"{page.path.name}:{shown.line}: {shown.command}\n{wrong}", pytrace=False)


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
