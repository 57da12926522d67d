"""The table line by line: what stands where, what goes and what wraps where it is narrow."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from prototxt.frontend.load import Options, define_net, make_graph
from prototxt.views.net_rows import Report, make_report
from prototxt.views.table import report_table, table_text

LONG = "a_name_that_goes_on_and_on_and_on"

TEXT = f"""
name: "narrow"
layer {{ name: "in" type: "Input" top: "x" input_param {{ shape {{ dim: 2 dim: 3 dim: 9 dim: 11 }} }} }}
layer {{ name: "名前名前名前名前" type: "Slice" bottom: "x" top: "left" top: "{LONG}" }}
layer {{ name: "{LONG}" type: "ReLU" bottom: "{LONG}" top: "{LONG}" }}
layer {{ name: "[bold]ip[/bold]" type: "InnerProduct" bottom: "left" top: "y"
  inner_product_param {{ num_output: 4 }} }}
"""


def report(text: str = TEXT) -> Report:
    text = text.replace('type: "Slice"', 'type: "Slice" slice_param { slice_point: 1 }')
    return make_report(make_graph(define_net(text, "narrow.prototxt"), Options()))


def lines(width: int) -> list[str]:
    console = Console(width=width, file=StringIO(), color_system=None)
    with console.capture() as capture:
        console.print(report_table(report(), width), crop=False)
    return [line.rstrip() for line in capture.get().splitlines()]


def test_every_line() -> None:
    wide = table_text(report()).splitlines()
    assert wide[0] == "narrow · TEST · 4 layers"
    assert wide[1] == ""
    assert wide[2].split("   ")[0] == " layer"
    assert wide[3] == " " + "─" * (cell_len(wide[2]) - 1)
    titles = ("type", "bottoms → tops", "output N x C x H x W", "parameters", "count", "MACs/image", "bytes")
    assert [t for t in titles if t in wide[2]] == list(titles)
    start = {title: cell_len(wide[2].partition(title)[0]) for title in titles}
    for line, (name, kind, shape) in zip(
        (wide[4], wide[5], wide[7], wide[8]),
        [
            ("in", "Input", "2 x 3 x 9 x 11"),
            ("名前名前名前名前", "Slice", "2 x 1 x 9 x 11"),
            (LONG, "ReLU", "2 x 2 x 9 x 11"),
            ("[bold]ip[/bold]", "InnerProduct", "2 x 4"),
        ],
        strict=True,
    ):
        assert line.startswith(f" {name} ")
        assert cell_len(line.partition(kind)[0]) == start["type"]
        assert cell_len(line.partition(shape)[0]) == start["output N x C x H x W"]
    assert wide[6] == " " * start["output N x C x H x W"] + "2 x 2 x 9 x 11"  # the second top
    assert wide[8].split("   ")[-1].strip() == "32 B"
    assert cell_len(wide[8]) == cell_len(wide[2])  # numbers end where their title ends
    assert wide[9] == ""
    assert wide[10].startswith(" total ")
    assert wide[11] == ""


@pytest.mark.parametrize("width", [139, 100, 80, 60, 50])
def test_no_line_is_too_long(width: int) -> None:
    shown = lines(width)
    assert max(map(cell_len, shown)) <= width
    table = shown[4 : shown.index("", 4)]
    layers = "".join(line[1:].partition("  ")[0] for line in table if not line.startswith("  "))
    assert layers.replace(" ", "") == f"in名前名前名前名前{LONG}[bold]ip[/bold]"  # nothing is lost


def test_names_are_cut_to_what_just_fits() -> None:
    rules = [next(line for line in lines(width) if line.startswith(" ─")) for width in (70, 71, 72)]
    assert [len(rule) for rule in rules] == [70, 71, 72]


def test_types_break_between_words() -> None:
    shown = lines(60)
    first = next(i for i, line in enumerate(shown) if "Slice" in line)
    assert shown[first].split("   ")[1] == "Slice axis 1"
    assert shown[first + 1].split()[1:3] == ["at", "1"]


def test_the_legend_explains_what_is_shown() -> None:
    wide, narrow = ("\n".join(lines(width)) for width in (200, 50))
    explained = ("MACs: ", "bytes: ", "↺ works")
    assert all(words in wide for words in explained)
    assert not any(words in narrow for words in explained)
    assert "hidden columns (terminal too narrow)" in narrow
