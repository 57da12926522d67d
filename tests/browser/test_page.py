"""The report in a real browser: what a person clicks, and that what it then says is what the engine says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.cli.report import main
from prototxt.frontend.load import Options, define_net, make_graph
from prototxt.page.write import MEGA
from support.browser import DESK, LENET_OPTIONS, PHONE, SETTLED, Open, Opened, blob
from support.commands import ALEXNET, LENET, ROOT, invoke
from support.report_pages import read_page

WEIGHTS = ROOT / "examples" / "lenet.caffemodel"


def click_map(page: Any, number: int, y: int, x: int) -> None:
    """A click on a pixel of a map, where the grid drew it."""
    canvas = page.locator(".maps-part canvas.maps").first
    canvas.scroll_into_view_if_needed()
    grid = canvas.evaluate(SETTLED)
    left = grid["edge"] + number % grid["columns"] * grid["cell"] + (x + 0.5) * grid["zoom"]
    top = grid["edge"] + number // grid["columns"] * grid["row"] + (y + 0.5) * grid["zoom"]
    canvas.click(position={"x": left, "y": top})


def shown_value(page: Any) -> tuple[float, bool]:
    """The ledger's sum, and whether it agrees with the stored blob."""
    pixel = page.locator("section.pixel")
    pixel.wait_for()
    return float(pixel.get_attribute("data-value")), pixel.get_attribute("data-agrees") == "true"


@pytest.mark.parametrize(
    ("layer", "top", "place"),
    [
        ("conv1", "conv1@0", (0, 3, 11, 12)),
        ("conv2", "conv2@0", (0, 17, 3, 4)),
        ("pool1", "pool1@0", (0, 19, 0, 11)),
    ],
)
def test_a_layer_a_map_a_pixel(
    open_report: Open, lenet: Path, layer: str, top: str, place: tuple[int, int, int, int]
) -> None:
    page = open_report(lenet).page
    page.locator(f'.graph [data-layer="{layer}"]').first.click()
    click_map(page, *place[1:])
    value, agrees = shown_value(page)
    assert page.url.endswith(f"#{layer}/{','.join(map(str, place[1:]))}")
    assert agrees
    assert value == pytest.approx(float(blob(lenet, top)[place]), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize(
    ("link", "top", "place"),
    [
        ("#conv2/17,3,4", "conv2@0", (0, 17, 3, 4)),
        ("#ip1/7", "ip1@0", (0, 7)),
        ("#relu1/7", "ip1@1", (0, 7)),
        ("#ip2/3", "ip2@0", (0, 3)),
        ("#prob/7", "prob@0", (0, 7)),
    ],
)
def test_deep_links(open_report: Open, lenet: Path, link: str, top: str, place: tuple[int, ...]) -> None:
    value, agrees = shown_value(open_report(lenet, link).page)
    assert agrees
    assert value == pytest.approx(float(blob(lenet, top)[place]), rel=1e-5, abs=1e-6)


def test_what_the_page_shows_is_what_the_engine_makes(open_report: Open, lenet: Path) -> None:
    opened = open_report(lenet, "#conv2/17,3,4")
    net = prototxt.load_net(LENET, WEIGHTS)
    net.forward(data=blob(lenet, "data@0"))
    assert shown_value(opened.page)[0] == pytest.approx(float(net.blobs["conv2"].data[0, 17, 3, 4]), rel=1e-5)
    shown = opened.page.locator("#breakdown-value").inner_text().replace("−", "-")
    assert float(shown) == pytest.approx(float(net.blobs["conv2"].data[0, 17, 3, 4]), rel=1e-3)
    assert len(opened.page.locator(".groups .group-row").all()) >= 12


def shapes_shown(opened: Opened) -> dict[str, list[int]]:
    """Every layer's output as the table shows it; of a shape that changed, the new one."""
    cells: dict[str, str] = opened.page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("tbody tr")].map(row =>
        [row.dataset.layer, (row.querySelector(".col-out b") ?? row.querySelector(".col-out")).textContent]))"""
    )
    return {name: [int(n) for n in text.split(" × ")] for name, text in cells.items()}


def shapes_wanted(text: str) -> dict[str, list[int]]:
    graph = make_graph(define_net(text, "net"), Options())
    return {node.name: list(graph.shapes[node.tops[0]]) for node in graph.nodes if node.tops}


@pytest.mark.parametrize(
    ("layer", "name", "value", "pattern", "replacement"),
    [
        ("conv1", "stride", "2", r'(name: "conv1".*?stride: )4', r"\g<1>2"),
        ("conv2", "pad", "0", r'(name: "conv2".*?pad: )2', r"\g<1>0"),
        ("pool1", "kernel_size", "5", r'(name: "pool1".*?kernel_size: )3', r"\g<1>5"),
        ("data", "dim", "2x3x300x341", r"dim: 1 dim: 3 dim: 227 dim: 227", "dim: 2 dim: 3 dim: 300 dim: 341"),
    ],
)
def test_what_if(
    open_report: Open, alexnet: Path, layer: str, name: str, value: str, pattern: str, replacement: str
) -> None:
    text, times = re.subn(pattern, replacement, Path(ALEXNET).read_text(), count=1, flags=re.DOTALL)
    assert times == 1
    opened = open_report(alexnet, f"#{layer}")
    opened.page.locator(f'.whatif [name="{name}"]').first.fill(value)
    now = dict(opened.page.evaluate("[...globalThis.prototxt.store.now.shapes].map(([id, s]) => [id, s])"))
    graph = make_graph(define_net(text, "net"), Options())
    assert now == {str(blob): list(shape) for blob, shape in graph.shapes.items()}
    assert opened.store("now.totals.params") == sum(
        int(np.prod(param.shape)) for node in graph.nodes for param in node.own_params
    )
    assert opened.store("now.totals.macs") == sum(node.cost.macs // graph.images for node in graph.nodes)
    opened.page.keyboard.press("Escape")
    opened.page.keyboard.press("Escape")
    opened.page.evaluate("document.activeElement.blur()")
    opened.page.keyboard.press("t")
    assert shapes_shown(opened) == shapes_wanted(text)


def test_what_cannot_be_says_why(open_report: Open, alexnet: Path) -> None:
    opened = open_report(alexnet, "#conv2")
    opened.page.locator('.whatif [name="group"]').fill("5")
    error = opened.page.locator(".whatif .error").first.inner_text()
    assert "not divisible by group 5" in error


def test_keys(open_report: Open, lenet: Path) -> None:
    opened = open_report(lenet)
    opened.page.keyboard.press("j")
    opened.page.keyboard.press("j")
    assert opened.store("layer.name") == "conv1"
    opened.page.keyboard.press("k")
    assert opened.store("layer.name") == "data"
    opened.page.keyboard.press("/")
    opened.page.keyboard.type("pool2")
    opened.page.keyboard.press("Enter")
    assert opened.store("layer.name") == "pool2"


def test_search_steps_through_what_it_finds(open_report: Open, lenet: Path) -> None:
    opened = open_report(lenet)
    page = opened.page
    page.keyboard.press("/")
    page.keyboard.type("convolution")
    assert page.locator(".graph .match").get_attribute("data-layer") == "conv1"
    assert opened.store("state.layer") is None
    for key, name, count in (
        ("Enter", "conv1", "1 of 2"),
        ("Enter", "conv2", "2 of 2"),
        ("Enter", "conv1", "1 of 2"),
        ("Shift+Enter", "conv2", "2 of 2"),
    ):
        page.keyboard.press(key)
        assert opened.store("layer.name") == name
        assert page.locator(".graph .match").get_attribute("data-layer") == name
        assert page.locator(".count").inner_text() == count
    page.keyboard.type("x")
    assert page.locator(".count").inner_text() == "none"
    page.keyboard.press("Escape")
    assert page.locator(".graph .match").count() == 0


def test_what_has_the_focus_keeps_it(open_report: Open, lenet: Path) -> None:
    page = open_report(lenet).page

    def focused() -> str:
        said: str = page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent")
        return said

    page.get_by_role("button", name="Skip the graph").focus()
    page.keyboard.press("Enter")
    assert focused() == "Layers"
    page.keyboard.press("ArrowRight")
    assert (focused(), page.get_by_role("tab", selected=True).inner_text()) == ("Layer", "Layer")
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="parameters", exact=True).press("Enter")
    assert focused() == "parameters ↓"
    page.locator('.table-view tr[data-layer="conv1"] .link').press("Enter")
    assert page.evaluate("document.activeElement.id") == "pane-layer"
    page.get_by_title("The next layer (j)").press("Enter")
    assert focused() == "The next layer (j)"
    tabs = page.evaluate(
        "[...document.querySelectorAll('[aria-controls]')].map(e => e.getAttribute('aria-controls'))"
    )
    assert all(page.locator(f"#{name}").count() == 1 for name in tabs)


HOSTILE = """</script><img src=x onerror=alert(1)>"'\u202e\u2067<!--"""


def test_names_are_text(open_report: Open, tmp_path: Path) -> None:
    name = HOSTILE.replace('"', '\\"').replace("'", "\\'")
    text = f"""name: "{name}"
    layer {{ name: "d{name}" type: "Input" top: "d{name}" input_param {{ shape {{ dim: 3 dim: 2 dim: 4 dim: 4 }} }} }}
    layer {{ name: "{"long" * 2500}" type: "ReLU" bottom: "d{name}" top: "d{name}" }}
    layer {{ name: "r{name}" type: "Reduction" bottom: "d{name}" top: "-r" }}"""
    net = tmp_path / "it's <b>.prototxt"
    net.write_text(text)
    assert invoke(main, net, "-o", tmp_path / "page.html").code == 0
    for size in (DESK, PHONE):
        opened = open_report(tmp_path / "page.html", viewport=size)
        page = opened.page
        assert page.locator("img").count() == 0
        assert page.locator("h1").inner_text() == re.sub("[\u202e\u2067]", "\ufffd", HOSTILE)
        for _ in range(3):
            page.keyboard.press("j")
            assert cut_off(page) == []
        assert page.locator(".layer-head h2").bounding_box()["height"] < 250
        assert "--at ''" in page.locator(".command-line code").inner_text()
        assert "'it'\\''s <b>.prototxt'" in page.locator(".command-line code").inner_text()


def cut_off(page: Any) -> list[str]:
    """Texts of the page (the graph apart, which is moved about) that stick out of the window."""
    result: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("h1, h2, h3, p, dt, dd, button, label")]
        .filter(e => e.offsetParent && !e.closest("svg") && !e.closest("table"))
        .map(e => [e, e.getBoundingClientRect()])
        .filter(([, box]) => box.width && (box.right > innerWidth + 1 || box.left < -1))
        .map(([e]) => e.textContent.slice(0, 60))"""
    )
    return result


@pytest.mark.parametrize("place", ["", "#conv2", "#conv2/17,3,4", "#prob/7"])
def test_a_narrow_window(open_report: Open, lenet: Path, place: str) -> None:
    page = open_report(lenet, place, viewport=PHONE).page
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert cut_off(page) == []


def test_hostile_names_do_nothing(open_report: Open, tmp_path: Path) -> None:
    evil = "</script><img src=x onerror=alert(1)><script>document.title=1</script>"
    quoted = evil.replace('"', '\\"')
    text = f"""
    name: "{quoted}"
    layer {{ name: "{quoted}" type: "Input" top: "{quoted}" input_param {{ shape {{ dim: 1 dim: 3 dim: 8 dim: 9 }} }} }}
    layer {{ name: "p{quoted}" type: "Pooling" bottom: "{quoted}" top: "y" pooling_param {{ kernel_size: 2 }} }}
    layer {{ name: "{quoted}2" type: "{quoted}" bottom: "y" top: "z" }}
    """
    (tmp_path / "net.prototxt").write_text(text)
    assert invoke(main, tmp_path / "net.prototxt", "-o", tmp_path / "x.html").code == 0
    opened = open_report(tmp_path / "x.html")
    for key in "jjjjt":
        opened.page.keyboard.press(key)
    assert opened.page.locator("img").count() == 0
    assert opened.page.title().startswith(evil)
    assert opened.page.locator("h1").inner_text() == evil


def test_sizes(lenet: Path, alexnet: Path, tmp_path: Path) -> None:
    assert invoke(main, *LENET_OPTIONS, "-o", tmp_path / "half.html").code == 0
    assert (tmp_path / "half.html").stat().st_size < 2 * MEGA
    assert alexnet.stat().st_size < 40 * MEGA
    document = read_page(alexnet).document
    assert all("data" in blob for blob in document["blobs"].values())
    kernels = {layer["name"]: layer["params"] for layer in document["layers"] if layer["params"]}
    assert all("data" in param for i in range(1, 6) for param in kernels[f"conv{i}"])


@pytest.mark.parametrize("place", [(0, 95, 54, 0), (0, 0, 27, 27)])
def test_alexnet_in_half_precision(
    open_report: Open, alexnet: Path, place: tuple[int, int, int, int]
) -> None:
    page = open_report(alexnet, f"#conv1/{','.join(map(str, place[1:]))}").page
    value, agrees = shown_value(page)
    assert agrees
    values = blob(alexnet, "conv1@0")
    assert value == pytest.approx(float(values[place]), abs=1e-3 * float(np.abs(values).max()))
