"""prototxt-explain: text, JSON and HTML, and what is wrong with a question."""

from __future__ import annotations

import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from prototxt.cli.explain.command import main as explain
from prototxt.explain.sections.layer import SECTIONS
from support.commands import ALEXNET, DATA, LENET, invoke, layer

EXPECTED = Path(__file__).parent / "expected"


@pytest.mark.parametrize(
    ("net", "name"), [(LENET, "conv2"), (ALEXNET, "conv2"), (ALEXNET, "pool5"), (LENET, "")]
)
def test_golden(net: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PROTOTXT_REWRITE=1 rewrites the files: look at the difference before you keep it."""
    monkeypatch.chdir(Path(net).parents[1])
    args = [str(Path(net).relative_to(Path(net).parents[1])), *([name] if name else [])]
    result = invoke(explain, *args)
    assert (result.code, result.err) == (0, "")
    expected = EXPECTED / f"explain_{Path(net).stem}{f'_{name}' if name else ''}.txt"
    out = "\n".join(row.rstrip() for row in result.out.splitlines()) + "\n"
    if os.environ.get("PROTOTXT_REWRITE"):
        expected.write_text(out)
    assert out == expected.read_text()
    written = tmp_path / "out.txt"
    assert invoke(explain, *args, "-o", written).out == ""
    assert written.read_text() == out


def test_json() -> None:
    document = json.loads(invoke(explain, ALEXNET, "conv2", "--format", "json").out)
    assert (document["layer"], document["type"]) == ("conv2", "Convolution")
    sections = {section["key"]: section for section in document["sections"]}
    assert list(sections) == [
        "layer", "formula", "size", "connectivity", "parameters", "cost", "im2col", "field", "elsewhere", "pitfalls",
    ]  # fmt: skip
    cost = {one["label"]: one["values"] for one in sections["cost"]["lines"]}
    assert cost["OpenCV"] == {"count": 895981824}
    elsewhere = {one["label"]: one["values"] for one in sections["elsewhere"]["lines"]}
    assert elsewhere["PyTorch"]["code"] == "nn.Conv2d(96, 256, kernel_size=5, padding=2, groups=2)"
    assert elsewhere["Keras"]["weights"]["kernel"] == "weights.transpose(2, 3, 1, 0)"


def test_json_of_a_net() -> None:
    document = json.loads(invoke(explain, ALEXNET, "--format", "json").out)
    fields = {one["name"]: one["field"] for one in document["layers"]}
    assert fields["pool5"] == {
        "root": "data", "size": [195, 195], "jump": [32.0, 32.0], "centre": [33.0, 33.0], "aligned": True,
        "whole": False,
    }  # fmt: skip
    assert fields["fc8"]["whole"] is True
    assert document["totals"]["macs"] == 724406816


class Page(HTMLParser):
    """Every tag that is opened is closed, and nothing is fetched or run."""

    ALONE = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "link", "img", "iframe"}
        assert not {"src", "href", "onclick"} & {name for name, _ in attrs}
        self.open += [] if tag in self.ALONE else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", ["conv2", "norm1", "fc6", ""])
def test_html(name: str) -> None:
    page = Page()
    page.feed(invoke(explain, ALEXNET, *([name] if name else []), "--format", "html").out)
    assert not page.open
    assert "724,406,816" in page.text or name == "norm1"


def test_names_are_no_markup(tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(DATA + 'layer { name: "<b>[red]\\033" type: "ReLU" bottom: "data" top: "y" }')
    name = "<b>[red]\033"
    html = invoke(explain, net, name, "--format", "html").out
    assert "<b>" not in html
    assert "&lt;b&gt;[red]\\x1b" in html
    assert "<b>[red]\\x1b · ReLU" in invoke(explain, net, name).out


def test_what_is_wrong() -> None:
    result = invoke(explain, ALEXNET, "conv9")
    assert result.code == 1
    assert 'the net has no layer "conv9"' in result.err
    assert "did you mean" in result.err
    assert invoke(explain).code == 2
    assert invoke(explain, "nowhere.prototxt").code == 1


def test_another_input_size() -> None:
    result = invoke(explain, LENET, "pool1", "--input", "data=1,1,30,31")
    assert "ceil((26 - 2) / 2) + 1 = 13" in result.out
    assert "ceil((27 - 2) / 2) + 1 = 14" in result.out


def test_layers_of_unknown_types_are_told_too(tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(DATA + layer("Odd"))
    result = invoke(explain, net, "it")
    assert result.code == 0
    assert "No more can be said" in result.out
    assert invoke(explain, net).code == 0


def test_huge_sizes_take_no_time(tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    shape = "shape { dim: 1 dim: 1 dim: 1 dim: 2147483647 }"
    net.write_text(
        f'layer {{ name: "data" type: "Input" top: "data" input_param {{ {shape} }} }}\n'
        + layer("Convolution", "convolution_param { num_output: 1 kernel_size: 1 stride: 1000 }")
    )
    assert "2147483647" in invoke(explain, net, "it").out
    shape = "shape { dim: 1 dim: 2147483647 dim: 1 dim: 1 }"
    net.write_text(
        f'layer {{ name: "data" type: "Input" top: "data" input_param {{ {shape} }} }}\n'
        + layer("ConvolutionDepthwise", "convolution_param { kernel_size: 1 }")
    )
    assert "2,147,483,647" in invoke(explain, net, "it").out


def test_only_some_sections() -> None:
    result = invoke(explain, ALEXNET, "conv2", "--only", "cost,size")
    heads = [row for row in result.out.splitlines() if row and not row.startswith(" ")]
    assert heads[1:] == ["How the output size follows", "What it costs"]
    document = json.loads(invoke(explain, ALEXNET, "conv2", "--only", "field", "--format", "json").out)
    assert [section["key"] for section in document["sections"]] == ["field"]
    assert 'did you mean "size"?' in invoke(explain, ALEXNET, "conv2", "--only", "siz").err
    assert "there are layer, formula" in invoke(explain, ALEXNET, "conv2", "--only", "x").err
    assert (
        'layer "relu2" (ReLU) has no section im2col'
        in invoke(explain, ALEXNET, "relu2", "--only", "im2col").err
    )
    for args in ([ALEXNET], [ALEXNET, "conv2", "--at", "0,0,0,0"]):
        assert "--only chooses sections of a LAYER" in invoke(explain, *args, "--only", "size").err


def test_every_section_can_be_asked_for() -> None:
    document = json.loads(invoke(explain, ALEXNET, "conv2", "--format", "json").out)
    in_float32 = tuple(key for key in SECTIONS if key != "precision")
    assert tuple(section["key"] for section in document["sections"]) == in_float32


@pytest.mark.parametrize("width", [60, 80, 120])
def test_tables_fit_the_screen(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(width))
    for args in ([ALEXNET], [ALEXNET, "conv1"], [ALEXNET, "--what-if", "conv1.stride=2"]):
        rows = re.sub(r"\x1b\[[\d;]*m", "", invoke(explain, *args).out).splitlines()
        # A command that is copied stays in one piece; a name in letters below each other is no table.
        assert [row for row in rows if len(row) > width and not row.startswith("  prototxt-")] == []
        assert any("Convolution" in row for row in rows)


def test_help_by_groups() -> None:
    out = invoke(explain, "--help").out
    out = out[out.index("\nOptions:") :]
    heads = ["Options:", "Breakdown of one value:", "Preprocessing of images:", "Choosing the net:"]
    places = [out.index(f"\n{head}\n") for head in heads]
    assert places == sorted(places)
    assert out.index("--scale") < out.index("--what-if") < out.index("--phase")
