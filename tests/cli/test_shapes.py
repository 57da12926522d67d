"""prototxt-shapes on good nets: numbers, views as files, options."""

from __future__ import annotations

import csv
import json
import os
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from prototxt.cli.shapes import main as shapes
from prototxt.frontend.load import load_graph
from prototxt.views.net_rows import make_report
from prototxt.views.table import report_table
from support.cli_nets import MIXED
from support.commands import ALEXNET, LENET, invoke

EXPECTED = Path(__file__).parent / "expected"
ENDINGS = {"table": "txt", "json": "json", "csv": "csv", "markdown": "md"}


@pytest.fixture(params=["lenet", "mixed"])
def net(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "lenet":
        return Path(LENET)
    path = tmp_path / "mixed.prototxt"
    path.write_text(MIXED)
    return path


def document(*args: str | Path) -> Any:
    result = invoke(shapes, *args, "--format", "json")
    assert (result.code, result.err) == (0, "")
    return json.loads(result.out)


@pytest.mark.parametrize("form", ENDINGS)
def test_golden(form: str, net: Path, tmp_path: Path) -> None:
    """PROTOTXT_REWRITE=1 rewrites the files: look at the difference before you keep it."""
    result = invoke(shapes, net, "--format", form)
    assert (result.code, result.err) == (0, "")
    out = "\n".join(line.rstrip() for line in result.out.splitlines()) + "\n"
    expected = EXPECTED / f"{net.stem}.{ENDINGS[form]}"
    if os.environ.get("PROTOTXT_REWRITE"):
        expected.write_text(out)
    assert _tight(out) == _tight(expected.read_text())
    written = tmp_path / "out"
    result = invoke(shapes, net, "--format", form, "-o", written)
    assert (result.code, result.out, result.err) == (0, "", "")
    assert "\n".join(line.rstrip() for line in written.read_text().splitlines()) + "\n" == out


def _tight(text: str) -> str:
    """Without the width of gaps and rules, which rich's versions do not agree on."""
    return re.sub(r"[ ─]+", " ", text)


def test_lenet_in_full() -> None:
    got = document(LENET)
    assert list(got) == ["name", "phase", "inputs", "outputs", "blobs", "layers", "totals", "missing"]
    assert got["name"] == "LeNet"
    assert got["phase"] == "TEST"
    assert got["inputs"] == {"data": [1, 1, 28, 28]}
    assert got["outputs"] == ["prob"]
    assert got["blobs"] == {
        "data": [1, 1, 28, 28], "conv1": [1, 20, 24, 24], "pool1": [1, 20, 12, 12], "conv2": [1, 50, 8, 8],
        "pool2": [1, 50, 4, 4], "ip1": [1, 500], "ip2": [1, 10], "prob": [1, 10],
    }  # fmt: skip
    values = 784 + 11520 + 2880 + 3200 + 800 + 500 + 10 + 10
    assert got["totals"] == {
        "params": 431080,
        "statistics": 0,
        "macs": 2293000,
        "activation_bytes": 4 * values,
    }
    assert got["layers"][3] == {
        "name": "conv2", "type": "Convolution", "brief": "5x5/1", "bottoms": ["pool1"], "tops": ["conv2"],
        "shapes": [[1, 50, 8, 8]], "params": [[50, 20, 5, 5], [50]], "param_count": 25050, "statistics": 0,
        "shared_with": [], "macs": 1600000, "activation_bytes": 12800,
    }  # fmt: skip
    assert got["layers"][6]["activation_bytes"] == 0  # ReLU in place


def test_alexnet() -> None:
    totals = document(ALEXNET)["totals"]
    assert (totals["params"], totals["statistics"], totals["macs"]) == (60965224, 0, 724406816)


def test_rows_add_up(net: Path) -> None:
    for args in ([net], [ALEXNET]):
        got = document(*args)
        for total, column in (
            ("params", "param_count"), ("statistics", "statistics"), ("macs", "macs"),
            ("activation_bytes", "activation_bytes"),
        ):  # fmt: skip
            assert got["totals"][total] == sum(row[column] for row in got["layers"])
        out = invoke(shapes, *args, "--format", "csv").out
        rows = list(csv.DictReader(StringIO(out)))
        assert [row["layer"] for row in rows] == [row["name"] for row in got["layers"]]
        assert sum(int(row["param_count"]) for row in rows) == got["totals"]["params"]


def test_statistics_and_shared_parameters_stand_apart(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text(MIXED)
    rows = {row["name"]: row for row in document(path)["layers"]}
    assert (rows["bn"]["param_count"], rows["bn"]["statistics"]) == (0, 6 + 6 + 1)
    assert (rows["scale"]["param_count"], rows["scale"]["statistics"]) == (12, 0)
    assert rows["conv_left"]["param_count"] == 6 * 2 * 3 * 2 + 6
    assert rows["conv_right"]["param_count"] == 0
    assert rows["conv_right"]["shared_with"] == ["conv_left"]
    assert rows["conv_right"]["macs"] == rows["conv_left"]["macs"] == 6 * 2 * 3 * 2 * 9 * 6
    totals = document(path)["totals"]
    assert (totals["params"], totals["statistics"]) == (78 + 12 + 35, 13)


@pytest.mark.parametrize("shape", ["data=1x3x384x384", "data=1,3,384,384"])
def test_another_input_shape(shape: str) -> None:
    result = invoke(shapes, ALEXNET, "--input", shape, "--format", "json")
    got = json.loads(result.out)
    assert got["inputs"] == {"data": [1, 3, 384, 384]}
    assert got["blobs"]["conv1"] == [1, 96, 94, 94]
    assert got["totals"]["params"] > 60965224


def test_phase_stage_and_level(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text(MIXED)

    def extra(*args: str) -> set[str]:
        return {row["name"] for row in document(path, *args)["layers"]} & {"only_train", "only_deep"}

    assert extra() == set()
    assert extra("--phase", "TRAIN") == {"only_train"}
    assert extra("--phase", "train") == {"only_train"}
    assert extra("--stage", "deep") == set()
    assert extra("--level", "2") == set()
    assert extra("--stage", "deep", "--level", "2") == {"only_deep"}
    assert extra("--stage", "x", "--stage", "deep", "--level", "3", "--phase", "TRAIN") == {
        "only_train",
        "only_deep",
    }
    assert document(path, "--phase", "TRAIN")["phase"] == "TRAIN"


@pytest.mark.parametrize("width", [80, 60])
def test_narrow_terminals(width: int, net: Path) -> None:
    console = Console(width=width, file=StringIO(), color_system=None)
    with console.capture() as capture:
        console.print(report_table(make_report(load_graph(net)), width), crop=False)
    lines = capture.get().splitlines()
    assert max(map(len, lines)) <= width
    table = "\n".join(lines)
    assert "hidden columns (terminal too narrow)" in table
    for row in make_report(load_graph(net)).rows:
        assert row.name[:5] in table  # long names go on below


def test_the_table_is_as_wide_as_it_needs(net: Path) -> None:
    out = invoke(shapes, net).out
    assert "not shown" not in out
    assert "\x1b" not in out


def test_help_and_version() -> None:
    for args in (["--help"], ["-h"]):
        result = invoke(shapes, *args)
        assert result.code == 0
        assert "--input NAME=N,C,H,W" in result.out
    assert (
        invoke(shapes, "--version").out.startswith("prototxt-shapes, version ")
        or invoke(shapes, "--version").out
    )


def test_a_net_without_names(tmp_path: Path) -> None:
    """Caffe asks for no layer names; a net without them can be shown and run."""
    path = tmp_path / "net.prototxt"
    path.write_text(
        'layer { type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }\n'
        'layer { type: "InnerProduct" bottom: "x" top: "y" inner_product_param { num_output: 4 } }\n'
        'layer { type: "InnerProduct" bottom: "y" top: "z" inner_product_param { num_output: 5 } }\n'
    )
    assert document(path)["totals"]["params"] == 16 + 25


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_control_characters_in_names_stay_out_of_views(form: str, tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(
        'name: "a\\033[2Jb" layer { name: "x\\ny" type: "Input" top: "d\\007" '
        "input_param { shape { dim: 1 dim: 3 dim: 4 dim: 5 } } }"
    )
    result = invoke(shapes, str(net), "--format", form)
    assert result.code == 0
    assert r"x\x0ay" in result.out
    assert not {"\x1b", "\x07"} & set(result.out)
