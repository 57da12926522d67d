"""What a person does with a report: maps and their colours, the graph, the table, keys, what may be saved."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from prototxt.blobs import Array
from prototxt.explain.sections.receptive_field.fields import receptive_fields
from prototxt.frontend.load import load_graph
from prototxt.graph.graph import BlobId, Graph
from prototxt.views.net_rows import make_report
from support.browser import SETTLED, Open, Opened, blob
from support.commands import ALEXNET
from support.golden import needs_shared

MAPS = ".maps-part canvas.maps"


def number(text: str) -> float:
    """A number as the page writes it."""
    return float(text.strip().replace("−", "-").replace(",", ""))


def center(grid: dict[str, float], place: tuple[int, int, int]) -> dict[str, float]:
    """Where a pixel of a map is, on the canvas of maps."""
    number, y, x = place
    left = grid["edge"] + number % grid["columns"] * grid["cell"] + (x + 0.5) * grid["zoom"]
    top = grid["edge"] + number // grid["columns"] * grid["row"] + (y + 0.5) * grid["zoom"]
    return {"x": left, "y": top}


@pytest.mark.parametrize("place", [(0, 0, 0), (19, 23, 0), (7, 11, 23)])
def test_the_value_under_the_pointer(open_report: Open, lenet: Path, place: tuple[int, int, int]) -> None:
    page = open_report(lenet, "#conv1").page
    maps = page.locator(MAPS).first
    maps.scroll_into_view_if_needed()
    maps.hover(position=center(maps.evaluate(SETTLED), place))
    message = page.locator(".maps-part .readout").inner_text()
    value = float(blob(lenet, "conv1@0")[0][place])
    assert message.startswith(f"map {place[0]}, row {place[1]}, column {place[2]}:")
    assert number(message.rpartition(":")[2]) == pytest.approx(value, rel=1e-5, abs=1e-6)


def colour(page: Any, place: tuple[int, int, int]) -> list[int]:
    """The colour that a pixel of a map has on the screen."""
    maps = page.locator(MAPS).first
    at = center(maps.evaluate(SETTLED), place)
    got: list[int] = maps.evaluate(
        """(canvas, {x, y}) => {
        const k = canvas.width / canvas.clientWidth, copy = new OffscreenCanvas(1, 1)
        const context = copy.getContext("2d", { willReadFrequently: true })
        context.drawImage(canvas, -Math.floor(x * k), -Math.floor(y * k))
        return [...context.getImageData(0, 0, 1, 1).data]
        }""",
        at,
    )
    return got


def peak(values: Array, number: int) -> tuple[int, int, int]:
    """Where a map is largest."""
    y, x = np.unravel_index(int(values[number].argmax()), values[number].shape)
    return number, int(y), int(x)


def test_ranges_of_colours(open_report: Open, lenet: Path) -> None:
    """Each map its own range: what is largest in its map has the last colour. One range: only the largest of all."""
    page = open_report(lenet, "#pool2").page
    values = blob(lenet, "pool2@0")[0]
    signed = [i for i, each in enumerate(values) if each.max() > -each.min() > 0]
    signed.sort(key=lambda i: float(values[i].max()))
    low, high = peak(values, signed[0]), peak(values, signed[-1])
    assert values[low] < 0.7 * values[high]
    ranges = page.get_by_role("group", name="Range of colours")
    assert colour(page, low) != colour(page, high)
    ranges.get_by_text("range per map").click()
    assert colour(page, low) == colour(page, high)
    ranges.get_by_text("fixed").click()
    fields = ranges.locator("input")
    assert fields.count() == 2
    fields.nth(0).fill("-1000")
    fields.nth(0).press("Enter")
    fields.nth(1).fill("1000")
    fields.nth(1).press("Enter")
    assert np.abs(np.subtract(colour(page, low), colour(page, high))).max() <= 3
    assert page.locator(".legend span").first.inner_text().startswith("−1000")
    ranges.get_by_text("one range").click()
    assert page.get_by_role("group", name="Range of colours").locator("input").count() == 0


def test_every_version_of_a_blob_can_be_looked_at(open_report: Open, alexnet: Path) -> None:
    opened = open_report(alexnet, "#conv1/7,20,20")
    versions = opened.page.get_by_role("group", name="Version of the blob")
    assert versions.get_by_role("button").all_inner_texts() == ["0 conv1", "1 relu1"]
    versions.get_by_text("1 relu1").click()
    assert opened.store("layer.name") == "relu1"
    assert opened.store("state.at") == [0, 7, 20, 20]
    value = float(blob(alexnet, "conv1@1")[0, 7, 20, 20])
    assert float(opened.page.locator(".pixel").get_attribute("data-value") or "") == pytest.approx(
        value, abs=1e-2
    )


def receptive_field(graph: Graph, name: str, y: int, x: int) -> tuple[list[int], list[int], float]:
    """What Python's explain says that a value sees: first and last row, first and last column, padded share."""
    field = receptive_fields(graph)[BlobId(name)]
    spans = [
        [int(axis.first + i * axis.jump), int(axis.last + i * axis.jump)]
        for axis, i in zip(field.axes, (y, x), strict=True)
    ]
    pixels = graph.shapes[field.root][2:]
    inside = [min(last, n - 1) - max(first, 0) + 1 for (first, last), n in zip(spans, pixels, strict=True)]
    whole = [last - first + 1 for first, last in spans]
    return spans[0], spans[1], 1 - (inside[0] * inside[1]) / (whole[0] * whole[1])


@pytest.mark.parametrize(
    ("name", "map_", "y", "x"),
    [
        ("conv1", 0, 0, 0),
        ("conv2", 5, 0, 26),
        ("pool2", 9, 12, 3),
        ("conv5", 0, 0, 0),
        ("conv5", 255, 6, 7),
        ("pool5", 1, 5, 5),
    ],
)
def test_the_receptive_field_is_drawn_on_the_image(
    open_report: Open, alexnet: Path, name: str, map_: int, y: int, x: int
) -> None:
    page = open_report(alexnet, f"#{name}/{map_},{y},{x}").page
    graph = load_graph(ALEXNET)
    rows, columns, padded = receptive_field(graph, name, y, x)
    text = page.locator(".sight p").inner_text()
    assert f"rows {rows[0]} to {rows[1]}, columns {columns[0]} to {columns[1]}" in text.replace("−", "-")
    assert f"{100 * padded:.1f} % of that is padding" in text if padded else "None of that is padding" in text
    picture = json.loads(page.evaluate("JSON.stringify(globalThis.prototxt.store.report.image)"))
    view = picture["view"]
    drawn = page.evaluate(
        """() => {
        const image = document.querySelector(".sight img").getBoundingClientRect()
        const mark = document.querySelector(".sight .mark").getBoundingClientRect()
        return [mark.left - image.left, mark.top - image.top, mark.width, mark.height]
            .map((n, i) => n / (i % 2 ? image.height : image.width))
        }"""
    )

    def part(span: list[int], start: str, size: str, whole: str) -> tuple[float, float]:
        """Where a span of the net's 227 pixels lies on the picture, which may have been cropped."""
        first, end = max(span[0], 0), min(span[1], 226) + 1
        k = view[size] / picture[whole] / 227
        return view[start] / picture[whole] + first * k, (end - first) * k

    left, width = part(columns, "left", "width", "width")
    top, height = part(rows, "top", "height", "height")
    assert drawn == pytest.approx([left, top, width, height], abs=0.006)


def test_fields_of_every_layer_are_python_s(open_report: Open, alexnet: Path) -> None:
    page = open_report(alexnet).page
    graph = load_graph(ALEXNET)
    for blob_id, field in receptive_fields(graph).items():
        shape = graph.shapes[blob_id]
        if len(shape) != 4 or not field.aligned:
            continue
        for y, x in ((0, 0), (shape[2] - 1, shape[3] // 2)):
            message = page.evaluate(
                """([id, y, x]) => {
                const {store, fields} = globalThis.prototxt, field = fields(store.report, id, y, x).get("data@0")
                return [field.rows, field.columns]
                }""",
                [str(blob_id), y, x],
            )
            rows, columns = (
                [int(axis.first + i * axis.jump), int(axis.last + i * axis.jump)]
                for axis, i in zip(field.axes, (y, x), strict=True)
            )
            assert message == [rows, columns], blob_id


@needs_shared
def test_modules_fold(open_report: Open, resnet: Path) -> None:
    opened = open_report(resnet)
    page = opened.page
    page.keyboard.press("0")  # boxes out of view are not in the document
    folded = page.locator(".graph .node.folded").count()
    assert folded > 40
    nodes = page.locator(".graph .node").count()
    page.get_by_role("button", name="Unfold all modules").click()
    page.keyboard.press("0")
    assert page.locator(".graph .node.folded").count() == 0
    assert page.locator(".graph .node").count() > 3 * nodes
    page.get_by_role("button", name="Fold all modules", exact=True).click()
    page.keyboard.press("0")
    assert page.locator(".graph .node").count() == nodes
    page.locator('.graph .node[data-layer="res2a_branch1"]').click()
    assert page.locator(".graph .node.folded").count() == folded - 1
    page.locator('.table-view tr[data-layer="res2a_branch1"] .link').click()
    page.locator(".frame text").first.press("Enter")
    page.keyboard.press("0")
    assert page.locator(".graph .node.folded").count() == folded
    page.keyboard.press("Escape")
    page.locator('.table-view tr[data-layer="res4b10_branch2b"] .link').click()
    chosen = page.locator('.graph .node.chosen[data-layer="res4b10_branch2b"]')
    assert chosen.is_visible()


@needs_shared
def test_search(open_report: Open, resnet: Path) -> None:
    opened = open_report(resnet)
    page = opened.page
    page.keyboard.press("/")
    page.keyboard.type("res5c")
    wanted = [each["name"] for each in opened.store("report.layers") if "res5c" in each["name"]]
    assert len(wanted) > 5
    assert page.locator(".table-view tbody tr").count() == len(wanted)
    assert page.locator("tfoot").inner_text().startswith(f"{len(wanted)} layers")
    page.keyboard.press("Escape")
    page.keyboard.press("0")
    page.keyboard.press("/")
    page.keyboard.type("res5c")
    assert page.locator(".graph .node:not(.dim)").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".table-view tbody tr").count() == 671
    page.keyboard.press("/")
    page.keyboard.type("nothing is called that")
    assert "No layer has this name" in page.locator(".table-view").inner_text()


def test_the_table_and_the_graph_lead_to_each_other(open_report: Open, lenet: Path) -> None:
    opened = open_report(lenet)
    page = opened.page
    page.locator('.table-view tr[data-layer="ip2"] .link').click()
    assert page.locator('.graph .node.chosen[data-layer="ip2"]').count() == 1
    page.keyboard.press("0")
    page.locator('.graph [data-layer="pool1"]').first.click()
    assert opened.store("layer.name") == "pool1"
    page.keyboard.press("t")
    row = page.locator(".table-view tr.chosen")
    assert row.get_attribute("data-layer") == "pool1"
    page.keyboard.press("0")
    page.locator('.graph .inplace[data-layer="relu1"]').click()
    assert opened.store("layer.name") == "relu1"
    page.locator('.graph [data-layer="conv2"]').first.focus()
    page.keyboard.press("Enter")
    assert opened.store("layer.name") == "conv2"


def column(page: Any, key: str) -> list[str]:
    texts: list[str] = page.locator(f".table-view td.col-{key}").all_inner_texts()
    return texts


def test_sorting_and_columns(open_report: Open, lenet: Path) -> None:
    page = open_report(lenet).page
    page.get_by_role("button", name="parameters", exact=True).click()
    numbers = [number(text) for text in column(page, "params")]
    assert numbers == sorted(numbers, reverse=True)
    page.get_by_role("button", name="parameters ↓").click()
    assert [number(text) for text in column(page, "params")] == sorted(numbers)
    page.get_by_text("Columns").click()
    page.get_by_label("in the file").check()
    assert "lenet.prototxt:33" in column(page, "place")
    page.get_by_label("settings").uncheck()
    assert column(page, "brief") == []
    page.get_by_label("Only layers of one type").select_option("Convolution")
    assert sorted(column(page, "name")) == ["conv1", "conv2"]


def test_every_default_column_is_in_view(open_report: Open, lenet: Path, alexnet: Path) -> None:
    for file in (lenet, alexnet):
        page = open_report(file).page
        widths = page.evaluate(
            "(({scrollWidth, clientWidth}) => [scrollWidth, clientWidth])(document.querySelector('.pane-table'))"
        )
        assert widths[0] == widths[1]
        heights = page.locator("td.col-brief .words").evaluate_all("all => all.map(e => e.offsetHeight)")
        assert max(heights) < 30  # MAX 3x3/2 is one line


def test_how_cost_is_counted(open_report: Open, lenet: Path) -> None:
    opened = open_report(lenet)
    choice = opened.page.get_by_label("How cost is counted")
    for key, wanted in (("mac", 1_600_000), ("bias", 1_603_200), ("flop", 3_200_000)):
        choice.select_option(key)
        line = opened.page.locator('.table-view tr[data-layer="conv2"] .col-cost')
        assert number(line.inner_text()) == wanted
    assert "2 × MAC" in opened.page.locator(".totals").inner_text()


def saved(page: Any, button: str) -> str:
    with page.expect_download() as download:
        page.get_by_role("button", name=button, exact=True).click()
    return Path(download.value.path()).read_text()


def test_tables_as_files(open_report: Open, alexnet: Path) -> None:
    page = open_report(alexnet).page
    report = make_report(load_graph(ALEXNET))
    rows = list(csv.DictReader(io.StringIO(saved(page, "CSV"))))
    assert [(row["name"], int(row["params"]), int(row["cost"])) for row in rows] == [
        (row.name, row.param_count, row.macs) for row in report.rows
    ]
    document = json.loads(saved(page, "JSON"))
    assert [(row["name"], row["param_count"], row["macs"]) for row in document["layers"]] == [
        (row.name, row.param_count, row.macs) for row in report.rows
    ]
    assert document["totals"]["params"] == sum(row.param_count for row in report.rows)


def test_the_graph_as_a_file(open_report: Open, lenet: Path, browser: Any) -> None:
    text = saved(open_report(lenet).page, "Save the graph as an SVG file")
    root = ElementTree.fromstring(text)
    words = " ".join(element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text"))
    for name in ("conv1", "pool1", "conv2", "ip1", "prob"):
        assert name in words
    assert not re.search(r"https?://(?!www\.w3\.org)", text)
    page = browser.new_page()
    page.set_content(text)
    box = page.locator("svg").bounding_box()
    assert box["width"] > 150
    assert box["height"] > 500
    page.close()


def background(opened: Opened) -> str:
    result: str = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
    return result


def test_light_and_dark(open_report: Open, lenet: Path) -> None:
    opened = open_report(lenet)
    light = background(opened)
    opened.page.keyboard.press("d")
    dark = background(opened)
    opened.page.get_by_title("Dark or light (d)").click()
    assert background(opened) == light != dark
    opened.page.emulate_media(color_scheme="dark")
    opened.page.reload()
    opened.asked_for.pop()
    opened.page.wait_for_function("globalThis.prototxt?.store")
    assert background(opened) == dark


def test_the_divider(open_report: Open, lenet: Path) -> None:
    page = open_report(lenet).page
    divider = page.get_by_role("separator", name="Width of the graph")

    def left() -> float:
        return float(divider.bounding_box()["x"])

    before, box = left(), divider.bounding_box()
    page.mouse.move(box["x"] + 3, 400)
    page.mouse.down()
    page.mouse.move(box["x"] + 153, 400, steps=4)
    page.mouse.up()
    assert left() == pytest.approx(before + 150, abs=6)
    divider.press("ArrowLeft")
    assert left() == pytest.approx(before + 126, abs=6)
    divider.dblclick()
    assert left() == before


def test_the_graph_s_buttons_lie_over_no_node(open_report: Open, lenet: Path, alexnet: Path) -> None:
    for file in (lenet, alexnet):
        page = open_report(file).page
        tools, graph = (page.locator(name).bounding_box() for name in (".tools", "svg.graph"))
        assert tools["y"] + tools["height"] <= graph["y"] + 1


def test_keys(open_report: Open, lenet: Path) -> None:
    opened = open_report(lenet, "#conv2/17,3,4")
    page = opened.page
    zoom = "document.querySelector('svg.graph').__zoom.k"
    before = page.evaluate(zoom)
    page.keyboard.press("+")
    assert page.evaluate(zoom) == pytest.approx(before * 1.4)
    page.keyboard.press("-")
    assert page.evaluate(zoom) == pytest.approx(before)
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="hidden")  # the browser closes it in its own time
    assert opened.store("state.at") == [0, 17, 3, 4]
    page.keyboard.press("Escape")
    assert opened.store("state.at") is None
    page.keyboard.press("Escape")
    assert opened.store("state.pane") == "table"
    page.keyboard.press("l")
    assert opened.store("state.pane") == "layer"
