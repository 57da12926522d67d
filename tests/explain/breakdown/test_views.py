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
from prototxt.explain.breakdown.views.export import ledger_json
from prototxt.explain.breakdown.views.html import ledger_html
from prototxt.explain.breakdown.views.parts import form_of, number
from prototxt.explain.breakdown.views.text import broken, ledger_text
from prototxt.views.columns import plain_text

ROOT = Path(__file__).parents[3]


def of_lenet(layer: str, at: tuple[int, ...], depth: int = 1) -> tuple[Breakdown, tuple[Branch, ...]]:
    net = prototxt.load_net(ROOT / "examples" / "lenet.prototxt", ROOT / "examples" / "lenet.caffemodel")
    pixels = np.random.default_rng(0).random(net.blobs["data"].shape)
    values = run_for(net, layer, depth, {"data": pixels})
    ledger = values.ledger(at)
    return ledger, values.follow(ledger, depth)


def of_text(layer: str, at: tuple[int, ...], shape: str = "dim: 1 dim: 2 dim: 3 dim: 4") -> Breakdown:
    text = f'layer {{ name: "in" type: "Input" top: "x" input_param {{ shape {{ {shape} }} }} }}\n'
    net = prototxt.parse_net(text + f'layer {{ name: "it" bottom: "x" top: "y" {layer} }}')
    x = net.blobs["x"].data
    x[...] = np.arange(1, x.size + 1).reshape(x.shape) / 10
    return run_for(net, "it").ledger(at)


def shown(ledger: Breakdown, width: int = 80, **options: Any) -> str:
    return plain_text(ledger_text(ledger, width=width, **options))


def test_a_window_is_grids_that_stand_in_line() -> None:
    ledger = of_text('type: "Pooling" pooling_param { pool: AVE kernel_size: 3 pad: 1 }', (0, 1, 0, 0))
    lines = shown(ledger).split("\n")
    start = lines.index("  input")
    assert [line.split() for line in lines[start + 1 : start + 4]] == [
        ["·", "·", "·"],
        ["·", "1.30", "1.40"],
        ["·", "1.70", "1.80"],
    ]
    assert "5 of 9 over the edge, shown as ·" in shown(ledger)
    assert "the same up to float32 rounding" in lines[-1]


def test_what_wins_is_marked() -> None:
    ledger = of_text('type: "Pooling" pooling_param { kernel_size: 2 }', (0, 0, 0, 0))
    assert "   0.100   0.200\n   0.500  [0.600]" in shown(ledger)
    assert "the largest of 4" in shown(ledger)
    assert "subtotal" not in shown(ledger)


def test_grids_stand_side_by_side_where_there_is_room() -> None:
    ledger, _ = of_lenet("conv2", (0, 17, 3, 4))
    assert re.search(r"input +x weight +=", shown(ledger, 130))
    assert re.search(r"input +x weight\n", shown(ledger, 80))
    assert re.search(r"input\n", shown(ledger, 60))
    for width in (60, 80, 130):
        assert max(map(len, shown(ledger, width).split("\n"))) <= width


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
    ledger = of_text(
        'type: "Convolution" convolution_param { num_output: 1 kernel_size: 2 weight_filler { type: "xavier" } }',
        (0, 0, 0, 0),
        "dim: 1 dim: 60 dim: 3 dim: 4",
    )
    assert "subtotals of 24 more" in shown(ledger)
    assert "33 others of 132 terms together" in shown(ledger)


def test_the_tree_of_the_largest_terms() -> None:
    ledger, branches = of_lenet("conv2", (0, 17, 3, 4), 3)
    text = shown(ledger, branches=branches)
    assert "what the largest terms are made of" in text
    assert text.count("pool1 Pooling of 4 terms") == 3
    assert text.count("conv1 Convolution of 25 terms") == 3
    assert max(map(len, text.split("\n"))) <= 80
    ledger, branches = of_lenet("conv1", (0, 1, 2, 3), 2)
    assert shown(ledger, branches=branches).count("an input of the net") == 3


def test_a_value_that_differs_is_told() -> None:
    wrong = replace(of_lenet("conv2", (0, 17, 3, 4))[0], stored=5.0)
    assert "NOT the same: 0.6611203 here, 5 there" in shown(wrong)
    assert "beyond what float32 holds" in shown(replace(wrong, stored=float("nan"), size=1e39))
    assert 'class="bad"' in ledger_html(wrong)
    assert json.loads(ledger_json(wrong))["agrees"] is False


@pytest.mark.parametrize(
    ("layer", "at", "words"),
    [
        ('type: "Split"', (0, 1, 2, 3), "x[0, 1, 2, 3]  2.40"),
        ('type: "Crop" bottom: "x"', (0, 1, 2, 3), "y[0, 1, 2, 3] = x[0, 1, 2, 3]"),
        ('type: "Im2col" convolution_param { kernel_size: 1 pad: 1 }', (0, 1, 0, 0), "0: nothing lands here"),
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
    ledger = of_text(layer, at)
    assert ledger.agrees
    assert words in shown(ledger)
    assert words in shown(ledger, 30) or len(words) > 20
    assert json.loads(ledger_json(ledger))["at"] == list(at)
    check_page(ledger_html(ledger))


def test_json_is_complete() -> None:
    ledger, branches = of_lenet("conv2", (0, 17, 3, 4), 2)
    told = json.loads(ledger_json(ledger, branches, "noise"))
    assert told["fed"] == "noise"
    terms = [term for group in told["groups"] for term in group["terms"]]
    assert len(terms) == 500
    assert sum(term["part"] for term in terms) == pytest.approx(told["steps"][0]["value"])
    assert all(term["part"] == pytest.approx(term["value"] * term["factor"]) for term in terms)
    assert told["value"] == ledger.value
    assert [branch["ledger"]["layer"] for branch in told["follows"]] == ["pool1"] * 3


def test_json_has_no_bare_nan() -> None:
    told = ledger_json(of_text('type: "Log"', (0, 0, 0, 0)))
    assert json.loads(told)["agrees"]
    below = of_text('type: "Log" log_param { scale: -1 }', (0, 0, 0, 0))
    assert json.loads(ledger_json(below))["value"] == "nan"
    assert "NaN" not in ledger_json(below)


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
    ledger, branches = of_lenet("conv2", (0, 17, 3, 4), 2)
    page = check_page(ledger_html(ledger, branches, "noise"))
    assert page.seen.count("details") == 20 + 3 * 2
    assert ledger_html(ledger).count("<details open>") == 3
    assert ledger_html(ledger).count("<td>") > 1_500


def test_names_from_files_are_escaped() -> None:
    ledger = replace(of_text('type: "ReLU"', (0, 0, 0, 0)), layer="<b>\x1b[31m", blob="<i>")
    page = ledger_html(ledger)
    assert "<b>\x1b" not in page
    assert "&lt;b&gt;" in page
    assert "\x1b" not in page + shown(ledger)


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
    form = form_of(numbers)
    assert [number(x, form) for x in numbers] == texts


def test_formulas_break_between_places() -> None:
    lines = broken("y[0, 1] = bias[17] + w[17, c, u, v] * pool1[0, c, 3 + u, 4 + v]", 30)
    assert lines == ["y[0, 1] = bias[17] +", "  w[17, c, u, v] *", "  pool1[0, c, 3 + u, 4 + v]"]


def test_a_line_of_terms_that_add_nothing() -> None:
    kind = 'type: "Convolution" convolution_param { num_output: 1 kernel_size: 1 }'
    ledger = of_text(kind, (0, 0, 0, 0), "dim: 1 dim: 30 dim: 3 dim: 4")
    assert "the 20 other terms together: 0" in shown(ledger)
    check_page(ledger_html(ledger))
