"""What-if as a person drives it: what is typed changes every shape and cost as the edited file would have them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from prototxt.cli.shapes import main as shapes
from support.browser import Open, Opened
from support.commands import ALEXNET, LENET, invoke

Edit = tuple[str, str]
"""A pattern, and what stands there in the edited file."""


def field(layer: str, name: str, old: str, new: str) -> Edit:
    return rf'(name: "{layer}".*?{name}: ){old}\b', rf"\g<1>{new}"


def missing(layer: str, new: str) -> Edit:
    """A field that the layer's convolution_param does not have yet."""
    return rf'(name: "{layer}".*?convolution_param \{{)', rf"\g<1> {new}"


def wanted(net: str, edit: Edit, folder: Path) -> dict[str, Any]:
    """What prototxt-shapes says of the edited file."""
    text, times = re.subn(edit[0], edit[1], Path(net).read_text(), count=1, flags=re.DOTALL)
    assert times == 1
    (folder / "net.prototxt").write_text(text)
    done = invoke(shapes, folder / "net.prototxt", "--format", "json")
    assert done.code == 0, done.err
    document: dict[str, Any] = json.loads(done.out)
    return document


def computed(opened: Opened) -> list[dict[str, Any]]:
    """Every layer as the page now has it."""
    rows: list[dict[str, Any]] = opened.page.evaluate(
        """globalThis.prototxt.store.now.rows.map(row => ({ name: row.layer.name, shapes: row.tops, params: row.params,
        param_count: row.paramCount, statistics: row.statistics, macs: row.macs }))"""
    )
    return rows


def table(page: Any) -> dict[str, list[str]]:
    """What a person reads: the shape, the parameters and the cost of every layer; of what changed, the new."""
    rows: dict[str, list[str]] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".table-view tbody tr")].map(row => [
        row.dataset.layer, ["out", "params", "cost"].map(key => {
            const cell = row.querySelector(".col-" + key)
            return (cell.querySelector("b") ?? cell).textContent
        })]))"""
    )
    return rows


LENET_EDITS = [
    ("conv1", "stride", "2", missing("conv1", "stride: 2")),
    ("conv1", "pad", "2", missing("conv1", "pad: 2")),
    ("conv2", "dilation", "2", missing("conv2", "dilation: 2")),
    ("conv1", "kernel_size", "3x7", field("conv1", "kernel_size", "5", "3 kernel_size: 7")),
    ("conv2", "num_output", "64", field("conv2", "num_output", "50", "64")),
    ("conv2", "group", "5", missing("conv2", "group: 5")),
    ("ip1", "num_output", "20", field("ip1", "num_output", "500", "20")),
    ("conv2", "bias_term", "false", missing("conv2", "bias_term: false")),
]

ALEXNET_EDITS = [
    ("conv1", "stride", "2", field("conv1", "stride", "4", "2")),
    ("conv2", "pad", "0", field("conv2", "pad", "2", "0")),
    ("conv2", "group", "1", field("conv2", "group", "2", "1")),
    ("conv4", "group", "96", field("conv4", "group", "2", "96")),
    ("pool1", "kernel_size", "5", field("pool1", "kernel_size", "3", "5")),
    ("pool1", "round_mode", "FLOOR", (r'(name: "pool1".*?pooling_param \{)', r"\g<1> round_mode: FLOOR")),
    ("conv5", "dilation", "2", missing("conv5", "dilation: 2")),
    (
        "data",
        "dim",
        "2x3x300x341",
        (r"dim: 1 dim: 3 dim: 227 dim: 227", "dim: 2 dim: 3 dim: 300 dim: 341"),
    ),
]

ALL = [(LENET, *edit) for edit in LENET_EDITS] + [(ALEXNET, *edit) for edit in ALEXNET_EDITS]


def change(page: Any, name: str, value: str) -> None:
    box = page.locator(f'.whatif [name="{name}"]').first
    if box.evaluate("e => e.tagName") == "SELECT":
        box.select_option(value)
    else:
        box.click()
        page.keyboard.press("Control+a")
        page.keyboard.type(value)


@pytest.mark.parametrize(
    ("net", "layer", "name", "value", "edit"),
    ALL,
    ids=[f"{Path(net).stem} {layer}.{name}={value}" for net, layer, name, value, _ in ALL],
)
def test_every_shape_and_cost_is_that_of_the_edited_file(
    open_report: Open,
    lenet: Path,
    alexnet: Path,
    tmp_path: Path,
    net: str,
    layer: str,
    name: str,
    value: str,
    edit: Edit,
) -> None:
    message = wanted(net, edit, tmp_path)
    opened = open_report(lenet if net == LENET else alexnet, f"#{layer}")
    change(opened.page, name, value)
    rows = computed(opened)
    keys = rows[0].keys()
    assert rows == [{key: each[key] for key in keys} for each in message["layers"]]
    opened.page.evaluate("document.activeElement.blur()")
    opened.page.keyboard.press("t")
    shown = table(opened.page)
    for each in message["layers"]:
        shape = " × ".join(map(str, each["shapes"][0]))
        assert shown[each["name"]] == [shape, f"{each['param_count']:,}", f"{each['macs']:,}"], each["name"]
    assert "What if: 1 layer changed" in opened.page.locator(".changes").inner_text()
    opened.page.get_by_role("button", name="As in the file").first.click()
    assert computed(opened) == opened.page.evaluate(
        """globalThis.prototxt.store.original.rows.map(row => ({ name: row.layer.name, shapes: row.tops,
        params: row.params, param_count: row.paramCount, statistics: row.statistics, macs: row.macs }))"""
    )


@pytest.mark.parametrize(
    ("layer", "name", "value", "why"),
    [
        ("conv1", "stride", "0", "stride must be a whole number of at least 1, not 0"),
        ("conv1", "stride", "two", 'stride: "two" is not a whole number'),
        (
            "conv1",
            "kernel_size",
            "300",
            "the kernel spans 300 × 300, more than the padded input of 227 × 227",
        ),
        ("conv2", "group", "5", "256 outputs are not divisible by group 5"),
        ("conv2", "pad", "-1", "pad must be a whole number of at least 0, not -1"),
        ("conv5", "num_output", "2000000000", "elements are more than the 2,147,483,647"),
        ("pool1", "pad", "3", "pad 3 must be smaller than kernel 3"),
        ("pool5", "kernel_size", "99", "leaves no window on a padded input"),
        ("norm1", "local_size", "4", "local_size must be odd, not 4"),
        ("data", "dim", "1x3x20x20", "cannot take its input"),
        ("data", "dim", "big", 'data: "big" is not a shape like 1x3x227x227'),
    ],
)
def test_what_cannot_be_says_why(
    open_report: Open, alexnet: Path, layer: str, name: str, value: str, why: str
) -> None:
    page = open_report(alexnet, f"#{layer}").page
    change(page, name, value)
    said = " ".join(page.locator(".whatif .error").all_inner_texts())
    assert why in said
    if (
        "cannot take its input" not in why and "elements" not in why
    ):  # no field of this layer is at fault alone
        assert page.locator(f'.whatif [name="{name}"]').first.get_attribute("aria-invalid") == "true"


def test_changes_of_several_layers_add_up(open_report: Open, lenet: Path, tmp_path: Path) -> None:
    opened = open_report(lenet, "#conv1")
    change(opened.page, "stride", "2")
    opened.page.evaluate("location.hash = '#conv2'")
    opened.page.wait_for_function("globalThis.prototxt.store.layer.name === 'conv2'")
    change(opened.page, "kernel_size", "3")
    text = Path(LENET).read_text()
    for pattern, new in (missing("conv1", "stride: 2"), field("conv2", "kernel_size", "5", "3")):
        text = re.sub(pattern, new, text, count=1, flags=re.DOTALL)
    (tmp_path / "net.prototxt").write_text(text)
    document = json.loads(invoke(shapes, tmp_path / "net.prototxt", "--format", "json").out)
    assert [row["shapes"] for row in computed(opened)] == [each["shapes"] for each in document["layers"]]
    assert "What if: 2 layers changed" in opened.page.locator(".changes").inner_text()
