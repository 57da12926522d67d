"""A real browser, and reports opened in it from the disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from prototxt.cli.report import main
from support.browser import DESK, LENET_OPTIONS, Open, Opened
from support.commands import ALEXNET, ROOT, invoke
from support.golden import SHARED

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_report(browser: Any) -> Iterator[Open]:
    """Opens a file as a person does, and at the end holds it against what no page may do."""
    opened: list[Opened] = []
    context = browser.new_context(viewport=DESK, color_scheme="light")

    def open_it(
        file: Path, place: str = "", viewport: dict[str, int] = DESK, scheme: str = "light"
    ) -> Opened:
        page = context.new_page()
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(viewport)
        one = Opened(page)
        opened.append(one)
        page.on(
            "console",
            lambda said: one.complaints.append(said.text) if said.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: one.complaints.append(str(error)))
        page.on("request", lambda queries: one.asked_for.append(queries.url))
        page.goto(f"file://{file}{place}")
        page.wait_for_function("globalThis.prototxt?.store")
        return one

    yield open_it
    for one in opened:
        assert one.complaints == []
        assert [url for url in one.asked_for if not url.startswith(("file://", "data:", "blob:"))] == []
        assert sum(url.startswith("file://") for url in one.asked_for) == 1
    context.close()


@pytest.fixture(scope="session")
def lenet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """LeNet's report with maps and kernels, all digits kept."""
    file = tmp_path_factory.mktemp("lenet") / "lenet.html"
    assert invoke(main, *LENET_OPTIONS, "--dtype", "fp32", "-o", file).code == 0
    return file


@pytest.fixture(scope="session")
def alexnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """AlexNet's report as it is by default: half precision, below 40 MB; weights are random."""
    file = tmp_path_factory.mktemp("alexnet") / "alexnet.html"
    image = str(ROOT / "examples" / "balloon.png")
    assert invoke(main, ALEXNET, "--image", image, "--preset", "imagenet", "-o", file).code == 0
    return file


@pytest.fixture(scope="session")
def resnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """671 layers, without values."""
    file = tmp_path_factory.mktemp("resnet") / "r152.html"
    net = SHARED / "corpus" / "kaiming" / "prototxt_ResNet-152-deploy.prototxt"
    assert invoke(main, net, "-o", file).code == 0
    return file
