"""Law: what the docs show is what the commands print."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.pages import Page, Shown, misfit, run
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
    ran = run(shown.command, page.width)
    wrong = misfit(shown.rows, ran.rows)
    if wrong:
        pytest.fail(f"{page.path.name}:{shown.line}: {shown.command}\n{wrong}", pytrace=False)
