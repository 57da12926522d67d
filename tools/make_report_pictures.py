"""The pictures of reports in docs/: `python tools/make_report_pictures.py` draws them anew with Chromium.

Needs Chromium and the package playwright (`pip install playwright`).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"

REPORTS: dict[str, list[str | Path]] = {
    "lenet": [
        EXAMPLES / "lenet.prototxt", "--weights", EXAMPLES / "lenet.caffemodel", "--image", EXAMPLES / "digit.png",
        "--preset", "mnist",
    ],
    "alexnet": [EXAMPLES / "alexnet.prototxt"],
}  # fmt: skip


@dataclass(frozen=True)
class Shot:
    """A picture: of which report, at which link, how large, light or dark."""

    name: str
    report: str
    link: str
    width: int = 1280
    height: int = 800
    scheme: str = "light"


SHOTS = (
    Shot("report-net", "alexnet", ""),
    Shot("report-maps", "lenet", "#conv2"),
    Shot("report-value", "lenet", "#conv2/17,3,4"),
    Shot("report-phone", "lenet", "#conv2/17,3,4", 400, 800, "dark"),
)


def draw(browser: Any, shot: Shot, folder: Path) -> None:
    page = browser.new_page(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme=shot.scheme,
        reduced_motion="reduce",
    )
    page.goto(f"{(folder / shot.report).with_suffix('.html').as_uri()}{shot.link}")
    page.wait_for_timeout(1000)
    page.screenshot(path=ROOT / "docs" / f"{shot.name}.png")
    page.close()


def main() -> None:
    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        for report, options in REPORTS.items():
            code = "from prototxt.cli.report import main; main()"
            output = folder / f"{report}.html"
            subprocess.run([sys.executable, "-c", code, *map(str, options), "-o", output], check=True)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for shot in SHOTS:
            draw(browser, shot, folder)
        browser.close()


if __name__ == "__main__":
    main()
