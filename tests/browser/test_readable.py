"""Everything can be read: contrast of all text (WCAG AA), nothing cut off; light and dark, on a desk and a phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from prototxt.cli.report import main
from support.browser import CONTRAST, CUT_OFF, DESK, PHONE, Open, Opened, settle
from support.commands import invoke
from support.golden import needs_shared

VIEWS = {
    "lenet": ["", "#conv1", "#conv2/17,3,4", "#pool1/3,5,5", "#ip1/7", "#prob", "#nothing"],
    "alexnet": ["", "#conv2/200,0,0", "#norm1/3,4,5", "#fc6"],
    "resnet": ["", "#res4b10_branch2b", "#bn2a_branch1"],
}
EACH = [(net, place) for net, places in VIEWS.items() for place in places]


@pytest.fixture
def file(net: str, request: pytest.FixtureRequest) -> Path:
    result: Path = request.getfixturevalue(net)
    return result


@needs_shared
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("net", "place"), EACH)
def test_everything_can_be_read(
    open_report: Open, file: Path, place: str, scheme: str, viewport: dict[str, int]
) -> None:
    page = settle(open_report(file, place, viewport, scheme))
    for notes in page.locator("details.notes").all():
        notes.evaluate("e => e.open = true")
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_opens_can_be_read(
    open_report: Open, lenet: Path, scheme: str, viewport: dict[str, int]
) -> None:
    """Menus, the list of keys, the graph on a phone, a setting that is refused, a change."""
    page = settle(open_report(lenet, "", viewport, scheme))
    page.keyboard.press("g")
    assert settle(Opened(page)).evaluate(CONTRAST) == []
    page.keyboard.press("t")
    page.get_by_text("Columns").click()
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(CUT_OFF) == []
    page.keyboard.press("?")
    assert page.evaluate(CONTRAST) == []
    dialog = page.locator("dialog").bounding_box()
    assert dialog["x"] >= 0
    assert dialog["x"] + dialog["width"] <= viewport["width"]
    page.keyboard.press("Escape")
    page.evaluate("location.hash = '#conv1'")
    page.locator('.whatif [name="stride"]').fill("2")
    page.locator('.whatif [name="group"]').fill("7")
    settle(Opened(page))
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(CUT_OFF) == []
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("t")
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_names_without_end(open_report: Open, tmp_path: Path, viewport: dict[str, int]) -> None:
    long = "averyverylongnamewithoutanyplacetobreakit" * 3
    text = f"""
    name: "{long}"
    layer {{ name: "x" type: "Input" top: "x" input_param {{ shape {{ dim: 1 dim: 3 dim: 64 dim: 64 }} }} }}
    layer {{ name: "a/{long}/b" type: "Convolution" bottom: "x" top: "{long}"
      convolution_param {{ num_output: 8 kernel_h: 3 kernel_w: 5 pad_h: 1 pad_w: 2 stride: 2 }} }}
    layer {{ name: "odd" type: "{long}" bottom: "{long}" top: "y" }}
    layer {{ name: "s" type: "Slice" bottom: "{long}" top: "c" top: "d" top: "e" top: "f" }}
    """
    (tmp_path / "net.prototxt").write_text(text)
    assert invoke(main, tmp_path / "net.prototxt", "-o", tmp_path / "x.html").code == 0
    for place in ("", f"#a/{long}/b", "#odd", f"#{long}"):
        page = settle(open_report(tmp_path / "x.html", place, viewport))
        assert page.evaluate(CUT_OFF) == [], place
