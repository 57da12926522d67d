"""prototxt-export: what it prints, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prototxt.cli.export import main as export
from support.commands import invoke
from support.extras import needs

needs("onnx")
needs("onnxruntime")

LENET = ["examples/lenet.prototxt", "--weights", "examples/lenet.caffemodel"]


def test_the_table(tmp_path: Path) -> None:
    result = invoke(export, *LENET, "-o", str(tmp_path / "lenet.onnx"))
    assert result.code == 0
    lines = [line.split() for line in result.out.splitlines()]
    assert ["ip1", "InnerProduct", "Flatten,", "Gemm"] in lines
    assert ["data", "Input", "input"] in lines
    assert "inputs: data N x 1 x 28 x 28\noutputs: prob N x 10\n" in result.out
    assert "checked in ONNX Runtime: prob differs by" in result.out


def test_json_and_options(tmp_path: Path) -> None:
    file = tmp_path / "lenet.onnx"
    options = ["--batch", "3", "--outputs", "pool2", "--outputs", "ip1", "--no-check", "--format", "json"]
    report = json.loads(invoke(export, *LENET, "-o", str(file), *options).out)
    assert report["bytes"] == file.stat().st_size
    assert report["outputs"] == [["pool2", [3, 50, 4, 4]], ["ip1", [3, 500]]]
    assert report["unchecked"] == "not asked for"
    assert [layer["name"] for layer in report["layers"]][-1] == "relu1"  # in place


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--opset", "3"], "opset must be 17 to 23"),
        (["--outputs", "prop"], 'no blob "prop"'),
        (["--batch", "0"], "--batch"),
    ],
)
def test_refusals_leave_no_file(options: list[str], said: str, tmp_path: Path) -> None:
    result = invoke(export, *LENET, "-o", str(tmp_path / "net.onnx"), *options)
    assert result.code != 0
    assert said in result.err
    assert not list(tmp_path.iterdir())


def test_without_weights_it_says_so(tmp_path: Path) -> None:
    result = invoke(export, LENET[0], "-o", str(tmp_path / "net.onnx"))
    assert result.code == 0
    assert "random (seed 0), the net is untrained" in result.err
