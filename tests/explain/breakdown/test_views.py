"""Ledgers as text, as JSON and as a page: what is folded, what is marked, what is complete."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.explain.breakdown.model import Breakdown
from prototxt.explain.breakdown.values import Branch, run_for
from prototxt.explain.breakdown.views.html import breakdown_html
from prototxt.explain.breakdown.views.json import breakdown_json
from prototxt.explain.breakdown.views.parts import number, number_format
from prototxt.explain.breakdown.views.text import breakdown_text, wrap_formula
from prototxt.views.columns import plain_text

ROOT = Path(__file__).parents[3]


def of_lenet(layer: str, at: tuple[int, ...], depth: int = 1) -> tuple[Breakdown, tuple[Branch, ...]]:
    net = prototxt.load_net(ROOT / "examples" / "lenet.prototxt", ROOT / "examples" / "lenet.caffemodel")
    pixels = np.random.default_rng(0).random(net.blobs["data"].shape)
    values = run_for(net, layer, depth, {"data": pixels})
    breakdown = values.breakdown(at)
    return breakdown, values.follow(breakdown, depth)


def of_text(layer: str, at: tuple[int, ...], shape: str = "dim: 1 dim: 2 dim: 3 dim: 4") -> Breakdown:
    text = f'layer {{ name: "in" type: "Input" top: "x" input_param {{ shape {{ {shape} }} }} }}\n'
    net = prototxt.parse_net(text + f'layer {{ name: "it" bottom: "x" top: "y" {layer} }}')
    x = net.blobs["x"].data
    x[...] = np.arange(1, x.size + 1).reshape(x.shape) / 10
    return run_for(net, "it").breakdown(at)


def shown(breakdown: Breakdown, width: int = 80, **options: Any) -> str:
    return plain_text(breakdown_text(breakdown, width=width, **options))


def test_a_window_is_grids_that_stand_in_line() -> None:
    breakdown = of_text('type: "Pooling" pooling_param { pool: AVE kernel_size: 3 pad: 1 }', (0, 1, 0, 0))
    lines = shown(breakdown).split("\n")
    start = lines.index("  input")
    assert [line.split() for line in lines[start + 1 : start + 4]] == [
        ["·", "·", "·"],
        ["·", "1.30", "1.40"],
        ["·", "1.70", "1.80"],
    ]
    assert "5 of 9 over the edge, shown as ·" in shown(breakdown)
    assert "the same up to float32 rounding" in lines[-1]


def test_what_wins_is_marked() -> None:
    breakdown = of_text('type: "Pooling" pooling_param { kernel_size: 2 }', (0, 0, 0, 0))
    assert "   0.100   0.200\n   0.500  [0.600]" in shown(breakdown)
    assert "the largest of 4" in shown(breakdown)
    assert "subtotal" not in shown(breakdown)


def test_grids_stand_side_by_side_where_there_is_room() -> None:
    breakdown, _ = of_lenet("conv2", (0, 17, 3, 4))
    assert re.search(r"input +x weight +=", shown(breakdown, 130))
    assert re.search(r"input +x weight\n", shown(breakdown, 80))
    assert re.search(r"input\n", shown(breakdown, 60))
    for width in (60, 80, 130):
        assert max(map(len, shown(breakdown, width).split("\n"))) <= width


def test_long_lists_are_folded_and_all_unfolds_them() -> None:
    conv2, _ = of_lenet("conv2", (0, 17, 3, 4))
    folded, whole = shown(conv2), shown(conv2, everything=True)
    assert folded.count("x weight") == 3
    assert folded.count("channel ") == 20
    assert "subtotals of the others" in folded
    assert whole.count("x weight") == 20
    assert "subtotals" not in whole.replace("sum of 20 subtotals", "")
    ip2, _ = of_lenet("ip2", (0, 3))
    assert "the 490 other terms together" in shown(ip2)
    assert len(shown(ip2, everything=True).split("\n")) > 500


def test_many_groups_leave_the_smallest_out() -> None:
    breakdown = of_text(
        'type: "Convolution" convolution_param { num_output: 1 kernel_size: 2 weight_filler { type: "xavier" } }',
        (0, 0, 0, 0),
        "dim: 1 dim: 60 dim: 3 dim: 4",
    )
    assert "subtotals of 24 more" in shown(breakdown)
    assert "33 others of 132 terms together" in shown(breakdown)


def test_the_tree_of_the_largest_terms() -> None:
    breakdown, branches = of_lenet("conv2", (0, 17, 3, 4), 3)
    text = shown(breakdown, branches=branches)
    assert "breakdowns of the largest terms" in text
    assert text.count("pool1 Pooling of 4 terms") == 3
    assert text.count("conv1 Convolution of 25 terms") == 3
    assert max(map(len, text.split("\n"))) <= 80
    breakdown, branches = of_lenet("conv1", (0, 1, 2, 3), 2)
    assert shown(breakdown, branches=branches).count("an input of the net") == 3


def test_a_value_that_differs_is_told() -> None:
    wrong = replace(of_lenet("conv2", (0, 17, 3, 4))[0], stored=5.0)
    # The last digits depend on the order in which the engine sums on this machine.
    assert re.search(r"NOT the same: 0\.66112\d* here, 5 in the engine", shown(wrong))
    assert "exceed the range of float32" in shown(replace(wrong, stored=float("nan"), size=1e39))
    assert 'class="bad"' in breakdown_html(wrong)
    assert json.loads(breakdown_json(wrong))["agrees"] is False


@pytest.mark.parametrize(
    ("layer", "at", "words"),
    [
        ('type: "Split"', (0, 1, 2, 3), "x[0, 1, 2, 3]  2.40"),
        ('type: "Crop" bottom: "x"', (0, 1, 2, 3), "y[0, 1, 2, 3] = x[0, 1, 2, 3]"),
        ('type: "Im2col" convolution_param { kernel_size: 1 pad: 1 }', (0, 1, 0, 0), "0: no input arrives here"),
        ('type: "Softmax"', (0, 1, 2, 3), "sum of 2 exponentials"),
        ('type: "Reduction" reduction_param { axis: 1 }', (0,), "the 14 other terms together"),
        ('type: "ReLU"', (0, 1, 2, 3), "max(x, 0)"),
        ('type: "InnerProduct" inner_product_param { num_output: 1 axis: 3 }', (0, 1, 2, 0), "subtotal 0"),
        ('type: "InnerProduct" inner_product_param { num_output: 1 }', (0, 0), "subtotal 0"),
        ('type: "LRN"', (0, 1, 2, 3), "over the edge"),
        ('type: "Deconvolution" convolution_param { num_output: 1 kernel_size: 1 stride: 2 }', (0, 0, 1, 1), "reaches"),
    ],
)  # fmt: skip
def test_every_form_can_be_shown(layer: str, at: tuple[int, ...], words: str) -> None:
    breakdown = of_text(layer, at)
    assert breakdown.agrees
    assert words in shown(breakdown)
    assert words in shown(breakdown, 30) or len(words) > 20
    assert json.loads(breakdown_json(breakdown))["at"] == list(at)
    check_page(breakdown_html(breakdown))


def test_json_is_complete() -> None:
    breakdown, branches = of_lenet("conv2", (0, 17, 3, 4), 2)
    document = json.loads(breakdown_json(breakdown, branches, "noise"))
    assert document["fed"] == "noise"
    terms = [term for group in document["groups"] for term in group["terms"]]
    assert len(terms) == 500
    assert sum(term["part"] for term in terms) == pytest.approx(document["steps"][0]["value"])
    assert all(term["part"] == pytest.approx(term["value"] * term["factor"]) for term in terms)
    assert document["value"] == breakdown.value
    assert [branch["ledger"]["layer"] for branch in document["follows"]] == ["pool1"] * 3


def test_json_has_no_bare_nan() -> None:
    message = breakdown_json(of_text('type: "Log"', (0, 0, 0, 0)))
    assert json.loads(message)["agrees"]
    below = of_text('type: "Log" log_param { scale: -1 }', (0, 0, 0, 0))
    assert json.loads(breakdown_json(below))["value"] == "nan"
    assert "NaN" not in breakdown_json(below)


class Page(HTMLParser):
    """Which tags are open, and which there were."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def check_page(text: str) -> Page:
    page = Page()
    page.feed(text)
    assert page.open == []
    assert not {"script", "link", "img"} & set(page.seen)
    return page


def test_a_page_holds_everything_folded() -> None:
    breakdown, branches = of_lenet("conv2", (0, 17, 3, 4), 2)
    page = check_page(breakdown_html(breakdown, branches, "noise"))
    assert page.seen.count("details") == 20 + 3 * 2
    assert breakdown_html(breakdown).count("<details open>") == 3
    assert breakdown_html(breakdown).count("<td>") > 1_500


def test_names_from_files_are_escaped() -> None:
    breakdown = replace(of_text('type: "ReLU"', (0, 0, 0, 0)), layer="<b>\x1b[31m", blob="<i>")
    page = breakdown_html(breakdown)
    assert "<b>\x1b" not in page
    assert "&lt;b&gt;" in page
    assert "\x1b" not in page + shown(breakdown)


@pytest.mark.parametrize(
    ("numbers", "texts"),
    [
        ([0.5, -12.345, 0], ["0.5", "-12.3", "0"]),
        ([1e-9, 2e-7], ["1.00e-09", "2.00e-07"]),
        ([12345.6, 1], ["12346", "1"]),
        ([1e12], ["1.00e+12"]),
        ([float("nan"), 1], ["nan", "1"]),
        ([3, 0, -2], ["3", "0", "-2"]),
        ([], []),
    ],
)
def test_numbers_of_a_table_have_the_same_decimals(numbers: list[float], texts: list[str]) -> None:
    form = number_format(numbers)
    assert [number(x, form) for x in numbers] == texts


def test_formulas_break_between_places() -> None:
    lines = wrap_formula("y[0, 1] = bias[17] + w[17, c, u, v] * pool1[0, c, 3 + u, 4 + v]", 30)
    assert lines == ["y[0, 1] = bias[17] +", "  w[17, c, u, v] *", "  pool1[0, c, 3 + u, 4 + v]"]


def test_a_line_of_terms_that_add_nothing() -> None:
    kind = 'type: "Convolution" convolution_param { num_output: 1 kernel_size: 1 }'
    breakdown = of_text(kind, (0, 0, 0, 0), "dim: 1 dim: 30 dim: 3 dim: 4")
    assert "the 20 other terms together: 0" in shown(breakdown)
    check_page(breakdown_html(breakdown))
