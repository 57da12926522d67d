"""The page in the package is what `web/` builds."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from prototxt.page.write import PLACEHOLDER, page
from support.golden import ROOT

WEB = ROOT / "web"


def test_the_page_has_one_place_for_its_data() -> None:
    assert page().count(PLACEHOLDER) == 1


def test_the_page_asks_for_nothing() -> None:
    """The policy in the page forbids it, and no address of another file is in its markup."""
    text = page().decode()
    assert "default-src 'none'" in text
    assert '<script type="module" crossorigin src=' not in text
    assert '<link rel="stylesheet"' not in text


needs_tools = pytest.mark.skipif(
    shutil.which("npm") is None or not (WEB / "node_modules").is_dir(),
    reason="the page's tools are not here: npm ci in web/",
)


@needs_tools
def test_the_page_is_not_stale(tmp_path: Path) -> None:
    built = tmp_path / "dist"
    command = ["npx", "vite", "build", "--outDir", str(built), "--logLevel", "error"]
    subprocess.run(command, cwd=WEB, check=True, capture_output=True, timeout=120)
    fresh = (built / "index.html").read_bytes() == page()
    assert fresh, "src/prototxt/page/page.html is stale: run make web"


@needs_tools
def test_the_page_s_own_tests() -> None:
    """Types and `npm test`: what the page's functions do on their own."""
    for command in (["npm", "run", "--silent", "check"], ["npm", "test", "--silent"]):
        done = subprocess.run(command, cwd=WEB, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
