"""Everything can be read: contrast of all text (WCAG AA), nothing cut off; light and dark, on a desk and a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from browser.conftest import DESK, PHONE, Open, Opened
from prototxt.cli.report import main
from support.commands import invoke
from support.golden import needs_shared

CONTRAST = """() => {
    const canvas = new OffscreenCanvas(1, 1)
    const context = canvas.getContext("2d", { willReadFrequently: true })
    // Any colour that CSS can say, as red, green, blue and how much of it there is.
    const rgba = colour => {
        context.clearRect(0, 0, 1, 1)
        context.fillStyle = colour
        context.fillRect(0, 0, 1, 1)
        const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data
        return [r, g, b, a / 255]
    }
    const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)]
    const light = rgb => rgb
        .map(c => c / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0)
    const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05)
    const style = getComputedStyle
    const faded = (colour, opacity) => { const c = rgba(colour); c[3] *= Number(opacity); return c }
    // In the graph a text lies on its box, which its share of the cost colours, or on the plain ground.
    const ground = element => {
        const layers = []
        const node = element.closest("g.node"), edge = element.closest("g.edge"), row = element.closest("g.inplace")
        if (row) layers.push(rgba(style(row.querySelector(".row")).fill))
        const parts = node ? [...(row ? [] : [".heat"]), ".card"] : []
        for (const shape of parts.map(name => node.querySelector(`:scope > ${name}`)).filter(Boolean)) {
            const part = style(shape)
            layers.push(faded(part.fill, part.opacity))
        }
        if (edge) layers.push(rgba(style(edge.querySelector("rect")).fill))
        for (let e = element.closest("svg") ?? element; e; e = e.parentElement) {
            const back = rgba(style(e).backgroundColor)
            layers.push(back)
            if (back[3] === 1) break
        }
        return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255])
    }
    const found = []
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let text = walk.nextNode(); text; text = walk.nextNode()) {
        const element = text.parentElement
        if (!text.data.trim() || element.closest("script, style, title, option, :disabled, .dim")) continue
        if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
        const range = document.createRange()
        range.selectNodeContents(text)
        if (!range.getBoundingClientRect().width) continue
        const css = style(element)
        const size = parseFloat(css.fontSize)
        const least = size >= 24 || (size >= 18.66 && Number(css.fontWeight) >= 700) ? 3 : 4.5
        const under = ground(element)
        const got = ratio(over(rgba(element.closest("svg") ? css.fill : css.color), under), under)
        const name = element.className.baseVal ?? element.className
        if (got < least - 0.005) found.push(`${text.data.trim().slice(0, 40)} <${name}>: ${got.toFixed(2)}`)
    }
    for (const input of document.querySelectorAll("input[placeholder]")) {
        const under = ground(input)
        const got = ratio(over(rgba(style(input, "::placeholder").color), under), under)
        if (got < 4.495) found.push(`placeholder: ${got.toFixed(2)}`)
    }
    return [...new Set(found)]
}"""
"""Texts with less contrast than they must have. Colours of a text's own ground are put over each other."""

CUT_OFF = """() => {
    const found = []
    const scrolls = element => {
        for (let e = element.parentElement; e; e = e.parentElement)
            if (e.matches(".detail, pre, .explained pre, .group-pictures")) return true
        return false
    }
    for (const element of document.querySelectorAll("#app *")) {
        if (element.closest("svg, select, dialog, .sr")) continue
        if (!element.checkVisibility({ visibilityProperty: true })) continue
        const css = getComputedStyle(element)
        const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())
        const [hides, rolls] = [["hidden", "clip"].includes(css.overflowX), css.overflowX === "auto"]
        const text = `${element.tagName} ${element.className} ${element.textContent.slice(0, 40)}`
        if (hides && element.scrollWidth > element.clientWidth + 1) found.push(`hidden: ${element.className}`)
        const kept = own && css.display !== "inline" && !hides && !rolls && !scrolls(element)
        if (kept && element.clientWidth && element.scrollWidth > element.clientWidth + 1)
            found.push(`wider than its box: ${text}`)
        if (!own && element.tagName !== "INPUT") continue
        const box = element.getBoundingClientRect()
        if (box.width && !scrolls(element) && (box.right > innerWidth + 1 || box.left < -1))
            found.push(`outside: ${text}`)
    }
    if (document.documentElement.scrollWidth > innerWidth) found.push("the page scrolls sideways")
    return found
}"""
"""Texts that stick out of the window or of their box, and boxes that hide a part of what is in them."""

VIEWS = {
    "lenet": ["", "#conv1", "#conv2/17,3,4", "#pool1/3,5,5", "#ip1/7", "#prob", "#nothing"],
    "alexnet": ["", "#conv2/200,0,0", "#norm1/3,4,5", "#fc6"],
    "resnet": ["", "#res4b10_branch2b", "#bn2a_branch1"],
}
EACH = [(net, place) for net, places in VIEWS.items() for place in places]


@pytest.fixture
def file(net: str, request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(net)
    return found


def settle(opened: Opened) -> Any:
    """The page once what is drawn frame by frame is there."""
    opened.page.evaluate(
        "async () => { for (let i = 0; i < 6; i++) await new Promise(requestAnimationFrame) }"
    )
    return opened.page


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
