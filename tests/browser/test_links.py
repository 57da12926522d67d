"""Links into a report: they open at the value that they name, and say what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from prototxt.cli.report import main
from support.browser import DESK, PHONE, Open
from support.commands import invoke
from support.golden import needs_shared

IN_VIEW = """selector => {
    const pane = document.querySelector(".pane-layer").getBoundingClientRect()
    const box = document.querySelector(selector)?.getBoundingClientRect()
    return !!box && box.height > 0 && box.top >= pane.top - 1 && box.bottom <= pane.bottom + 1
}"""


def comes_into_view(page: Any, selector: str) -> None:
    page.wait_for_function(IN_VIEW, arg=selector)


@pytest.fixture(scope="session")
def slashes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A net of names with slashes, one of which looks like a place."""
    layers = [("data", "fire2"), ("fire2", "fire2/conv1x1_1"), ("fire2/conv1x1_1", "fire2/1")]
    text = """
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 9 dim: 9 } } }
    """ + "".join(
        f"""layer {{ name: "{top}" type: "Convolution" bottom: "{bottom}" top: "{top}"
        convolution_param {{ num_output: 4 kernel_size: 3 pad: 1 weight_filler {{ type: "xavier" }} }} }}\n"""
        for bottom, top in layers
    )
    folder = tmp_path_factory.mktemp("slashes")
    (folder / "net.prototxt").write_text(text)
    np.save(folder / "x.npy", np.random.default_rng(0).random((1, 3, 9, 9), np.float32))
    done = invoke(main, folder / "net.prototxt", "--image", folder / "x.npy", "-o", folder / "x.html")
    assert done.code == 0, done.err
    return folder / "x.html"


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("link", ["#conv2/17,3,4", "#conv1/0,19,23,23", "#pool1/3,5,5", "#ip1/499"])
def test_a_link_to_a_value_opens_at_its_arithmetic(
    open_report: Open, lenet: Path, link: str, viewport: dict[str, int]
) -> None:
    page = open_report(lenet, link, viewport=viewport).page
    comes_into_view(page, ".pixel h3")
    if viewport is DESK:
        comes_into_view(page, ".pixel .steps")


def test_a_click_on_a_pixel_shows_its_arithmetic_and_the_map_is_at_hand(
    open_report: Open, lenet: Path
) -> None:
    page = open_report(lenet, "#conv2").page
    page.locator(".maps-part canvas.maps").first.click(position={"x": 40, "y": 40})
    comes_into_view(page, ".pixel .steps")
    own = page.locator(".own-map canvas.maps")
    place = page.evaluate("globalThis.prototxt.store.state.at")
    own.click(position={"x": 20, "y": 20})
    moved = page.evaluate("globalThis.prototxt.store.state.at")
    assert moved[:2] == place[:2]
    assert moved != place
    own.press("ArrowRight")
    own.press("ArrowRight")
    assert page.evaluate("globalThis.prototxt.store.state.at") == [*moved[:3], moved[3] + 2]
    comes_into_view(page, ".own-map canvas.maps")


def test_keys_on_the_maps_leave_them_where_they_are(open_report: Open, lenet: Path) -> None:
    page = open_report(lenet, "#conv2").page
    maps = page.locator(".maps-part canvas.maps").first
    maps.focus()
    before = page.evaluate("document.querySelector('.pane-layer').scrollTop")
    for key in ("ArrowDown", "ArrowRight", "]"):
        maps.press(key)
    page.wait_for_timeout(300)
    assert page.evaluate("globalThis.prototxt.store.state.at") == [0, 1, 5, 5]
    assert page.evaluate("document.querySelector('.pane-layer').scrollTop") == before


@pytest.mark.parametrize(
    ("link", "layer", "place"),
    [
        ("#fire2/conv1x1_1/3,4,5", "fire2/conv1x1_1", [0, 3, 4, 5]),
        ("#fire2%2Fconv1x1_1/3,4,5", "fire2/conv1x1_1", [0, 3, 4, 5]),
        ("#fire2/conv1x1_1", "fire2/conv1x1_1", None),
        ("#fire2%2F1", "fire2/1", None),
        ("#fire2/1/0,3,8,8", "fire2/1", [0, 3, 8, 8]),
        ("#fire2/0,0,0", "fire2", [0, 0, 0, 0]),
    ],
)
def test_names_with_slashes(
    open_report: Open, slashes: Path, link: str, layer: str, place: list[int] | None
) -> None:
    opened = open_report(slashes, link)
    assert opened.store("layer.name") == layer
    assert opened.store("state.at") == place
    again = open_report(slashes, opened.page.evaluate("location.hash"))
    assert (again.store("layer.name"), again.store("state.at")) == (layer, place)


@pytest.mark.parametrize(
    ("link", "said", "near"),
    [
        ("#conw2/17,3,4", 'no layer "conw2"', ["conv2", "conv1"]),
        ("#pool", 'no layer "pool"', ["pool1", "pool2"]),
        ("#CONV1", 'no layer "CONV1"', ["conv1", "conv2"]),
        ("#%E0%A4%A", "no layer", []),
    ],
)
def test_a_layer_that_is_not_there(
    open_report: Open, lenet: Path, link: str, said: str, near: list[str]
) -> None:
    opened = open_report(lenet, link)
    problem = opened.page.locator(".problem")
    assert said in problem.inner_text()
    assert problem.locator(".link").all_inner_texts()[:2] == near
    if near:
        problem.locator(".link").first.click()
        assert opened.store("layer.name") == near[0]
        assert problem.inner_text() == ""


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("50,0,0", "conv2 is 1 × 50 × 8 × 8, so that number 1 goes from 0 to 49"),
        ("0,17,3,8", "conv2 is 1 × 50 × 8 × 8, so that number 4 goes from 0 to 7"),
        ("17", "conv2 is 1 × 50 × 8 × 8, which takes 4 numbers, or 3 where the first is 0"),
        ("a,b,c", "whole numbers with commas between them, and conv2 is 1 × 50 × 8 × 8"),
        ("-1,0,0", "whole numbers with commas between them, and conv2 is 1 × 50 × 8 × 8"),
    ],
)
def test_a_place_that_is_not_there(open_report: Open, lenet: Path, place: str, said: str) -> None:
    opened = open_report(lenet, f"#conv2/{place}")
    assert said in opened.page.locator(".problem").inner_text()
    assert (opened.store("layer.name"), opened.store("state.at")) == ("conv2", None)


def test_links_are_followed_while_the_page_is_open(open_report: Open, lenet: Path) -> None:
    opened = open_report(lenet, "#nothing")
    opened.page.evaluate("location.hash = '#conv2/1,2,3'")
    opened.page.wait_for_function("globalThis.prototxt.store.state.at?.[3] === 3")
    assert opened.page.locator(".problem").inner_text() == ""
    comes_into_view(opened.page, ".pixel .steps")
    opened.page.go_back()
    opened.page.wait_for_function("document.querySelector('.problem').textContent.includes('nothing')")


@needs_shared
def test_the_graph_shows_the_layer_of_a_link(open_report: Open, resnet: Path) -> None:
    page = open_report(resnet, "#res5c_branch2b").page
    page.wait_for_timeout(200)
    node = page.locator('.graph .node.chosen[data-layer="res5c_branch2b"]').bounding_box()
    graph = page.locator("svg.graph").bounding_box()
    assert graph["y"] <= node["y"] <= graph["y"] + graph["height"]
