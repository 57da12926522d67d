"""prototxt-explain on whole nets: --what-if, --same, --fc-as-conv, --diff."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from prototxt.cli.explain.command import main as explain
from prototxt.cli.shapes import main as shapes
from support.commands import ALEXNET, LENET, LENET_BLOBS, Result, invoke, write_weights


def invoke_explain(*args: str | Path) -> Result:
    return invoke(explain, *args)


def explained(*args: str | Path) -> dict[str, Any]:
    """The lines of each section, as programs get them."""
    result = invoke_explain(*args, "--format", "json")
    assert (result.code, result.err) == (0, "")
    return {section["key"]: section["lines"] for section in json.loads(result.out)["sections"]}


def test_what_if_in_text() -> None:
    result = invoke_explain(ALEXNET, "--what-if", "conv1.stride=2")
    assert (result.code, result.err) == (0, "")
    for text in (
        "convolution_param.stride: 4 → 2",
        "1 x 96 x 55 x 55 → 1 x 96 x 109 x 109",
        "105,415,200 → 414,029,088",
        "60,965,224 → 200,425,832",
        "4096 x 9216 → 4096 x 43264",
        "8 other layers unchanged",
    ):
        assert text in result.out


def test_a_narrow_terminal_has_what_comes_after_below(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from rich.console import Console

    from prototxt.explain.surgery.views.comparison_table import comparison_table
    from prototxt.explain.surgery.what_if import what_if
    from prototxt.frontend.load import Options, define_net
    from prototxt.text.files import read_text

    output = what_if(define_net(read_text(ALEXNET), ALEXNET), Options(), ["conv1.stride=2"])
    console = Console(width=90, color_system=None)
    with console.capture() as captured:
        console.print(comparison_table(output.comparison, 90), crop=False)
    lines = captured.get().splitlines()
    assert max(map(len, lines)) <= 90
    row = next(i for i, line in enumerate(lines) if line.startswith(" conv1"))
    assert "1 x 96 x 55 x 55" in lines[row]
    assert "→ 1 x 96 x 109 x 109" in lines[row + 1]


def test_what_if_agrees_with_shapes(tmp_path: Path) -> None:
    path = tmp_path / "edited.prototxt"
    args = ["--what-if", "conv1.stride=2", "--what-if", "data.shape=2,3,224,224", "--save-net", str(path)]
    lines = {line["label"]: line for line in explained(ALEXNET, *args)["layers"]}
    rows = json.loads(invoke(shapes, path, "--format", "json").out)
    assert rows["inputs"] == {"data": [2, 3, 224, 224]}
    for row in rows["layers"]:
        if row["name"] in lines:
            after = lines[row["name"]]["values"]["after"]
            assert (after["shapes"], after["arrays"]) == (row["shapes"], row["params"])
            assert after["work"]["macs"] == row["macs"]
            assert after["work"]["bytes"] == row["activation_bytes"]


def test_what_breaks() -> None:
    result = invoke_explain(ALEXNET, "--what-if", "conv1.stride=60")
    assert result.code == 1
    assert "a kernel of 3x3 leaves no window on a padded input of 1x1" in " ".join(result.out.split())
    result = invoke_explain(ALEXNET, "--what-if", "conv1.strid=2")
    assert (result.code, result.out) == (1, "")
    assert 'did you mean "stride"' in result.err


def test_same() -> None:
    result = invoke_explain(ALEXNET, "--same", "conv1")
    assert "5, for every size" in result.out
    assert "with pad 5 the output is 1 x 96 x 57 x 57" in result.out
    assert explained(ALEXNET, "--same", "conv2")["same"][0]["values"]["pads"] == [2]
    assert "slides no window" in invoke_explain(ALEXNET, "--same", "relu1").err
    assert 'no layer "conv9"' in invoke_explain(ALEXNET, "--same", "conv9").err


def test_fc_as_conv(tmp_path: Path) -> None:
    lines = {line["label"]: line for line in explained(ALEXNET, "--fc-as-conv", "384x384")["scores"]}
    assert lines["384x384"]["values"]["scores"] == {"prob": [1, 1000, 6, 6]}
    assert len(explained(ALEXNET, "--fc-as-conv")["scores"]) == 4 + 1
    net, weights = tmp_path / "conv.prototxt", tmp_path / "conv.caffemodel"
    old = write_weights(tmp_path / "lenet.caffemodel", LENET_BLOBS)
    result = invoke_explain(
        LENET, "--fc-as-conv=56", "--weights", old, "--save-net", net, "--save-weights", weights
    )
    assert (result.code, result.err) == (0, "")
    assert result.out.count("equal: largest difference") == 3
    assert json.loads(invoke(shapes, net, "--format", "json").out)["layers"][5]["params"] == [
        [500, 50, 4, 4],
        [500],
    ]


def test_diff(tmp_path: Path) -> None:
    other = tmp_path / "other.prototxt"
    other.write_text(Path(LENET).read_text().replace("num_output: 10", "num_output: 7"))
    result = invoke_explain(LENET, "--diff", other)
    assert (result.code, result.err) == (0, "")
    assert "inner_product_param.num_output: 10 → 7" in result.out
    assert "does not load: 10 x 500 for 7 x 500; 10 for 7" in result.out
    assert "refused as a whole because of ip2" in result.out
    assert "the two nets are the same" in invoke_explain(LENET, "--diff", LENET).out


@pytest.mark.parametrize(
    ("args", "what"),
    [
        (["--same", "conv1", "--diff", LENET], "one question at a time"),
        (["conv1", "--same", "conv1"], "is about the whole net"),
        (["--same", "conv1", "--save-net", "x"], "--save-net writes"),
        (["--same", "conv1", "--save-weights", "x"], "--save-weights writes"),
        (["--fc-as-conv", "--save-weights", "x.npz"], "--save-weights needs --weights"),
        (["--fc-as-conv", "large"], "is not a size"),
    ],
)
def test_wrong_usage(args: list[str], what: str) -> None:
    result = invoke_explain(LENET, *args)
    assert result.code == 2
    assert what in result.err


def test_into_a_file(tmp_path: Path) -> None:
    path = tmp_path / "told.txt"
    result = invoke_explain(LENET, "--same", "conv1", "-o", path)
    assert (result.code, result.out) == (0, "")
    assert "Pad that keeps the size of conv1" in path.read_text()


@pytest.mark.parametrize(
    "args", [["--what-if", "conv1.pad=2"], ["--same", "conv1"], ["--fc-as-conv"], ["--diff", LENET]]
)
def test_as_a_page(args: list[str]) -> None:
    result = invoke_explain(LENET, *args, "--format", "html")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("<!doctype html>")
    assert result.out.count("<section") >= 1
