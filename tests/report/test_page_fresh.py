"""The page in the package is what `web/` builds."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from golden import ROOT
from prototxt.report.write import PLACEHOLDER, page

WEB = ROOT / "web"


def test_the_page_has_one_place_for_its_data() -> None:
    assert page().count(PLACEHOLDER) == 1


def test_the_page_asks_for_nothing() -> None:
    """The policy in the page forbids it, and no address of another file is in its markup."""
    text = page().decode()
    assert "default-src 'none'" in text
    assert '<script type="module" crossorigin src=' not in text
    assert '<link rel="stylesheet"' not in text


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
@pytest.mark.skipif(
    not (WEB / "node_modules").is_dir(), reason="the page's tools are not here: npm ci in web/"
)
def test_the_page_is_not_stale(tmp_path: Path) -> None:
    built = tmp_path / "dist"
    command = ["npx", "vite", "build", "--outDir", str(built), "--logLevel", "error"]
    subprocess.run(command, cwd=WEB, check=True, capture_output=True, timeout=120)
    fresh = (built / "index.html").read_bytes() == page()
    assert fresh, "src/prototxt/report/page.html is stale: run make web"
