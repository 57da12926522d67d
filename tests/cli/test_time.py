"""prototxt-time: Caffe's flags and words, every layer told once, fused ones by their host; refusals are one message."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from prototxt.cli.actions.time import NO_BACKWARD
from prototxt.cli.time import main
from support.commands import LENET, Result, invoke

WEIGHTS = LENET.replace(".prototxt", ".caffemodel")


def timed(*args: str | float | Path) -> Result:
    return invoke(main, *args)


def as_json(*args: str | float | Path) -> Any:
    done = timed(*args, "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


@pytest.mark.parametrize(
    "args",
    [
        ("-model", LENET, "-iterations", "3", "-weights", WEIGHTS),
        (f"-model={LENET}", "-iterations=3", f"-weights={WEIGHTS}"),
        ("--model", LENET, "--iterations", "3", "--weights", WEIGHTS),
        (f"--model={LENET}", "--iterations=3", f"--weights={WEIGHTS}"),
    ],
    ids=["one dash", "one dash, =", "two dashes", "two dashes, ="],
)
def test_flags_and_words_are_caffes(args: tuple[str, ...]) -> None:
    done = timed(*args)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[1:4] == [
        "*** Benchmark begins ***",
        "Testing for 3 iterations.",
        "Average time per layer: ",
    ]
    layers = [line.split("\t")[0].strip() for line in lines if "\tforward: " in line]
    assert layers == ["data", "conv1", "pool1", "conv2", "pool2", "ip1", "relu1", "ip2", "prob"]
    assert re.search(
        r"^     conv1\tforward: [\d.e-]+ ms\. \(median [\d.e-]+, min [\d.e-]+\)$", done.out, re.M
    )
    assert "relu1\tforward: within ip1\n" in done.out
    assert re.search(r"^Average Forward pass: [\d.e-]+ ms\.", done.out, re.M)
    assert re.search(r"^Total Time: [\d.e-]+ ms\.$", done.out, re.M)
    assert lines[-1] == NO_BACKWARD
    assert "random" not in done.out


def test_json_holds_mean_median_and_minimum_of_each_layer_and_the_whole() -> None:
    message = as_json("--model", LENET, "--iterations", 4)
    assert (message["name"], message["iterations"], message["phase"], message["backward"]) == (
        "LeNet",
        4,
        "TRAIN",
        None,
    )
    rows = {row["layer"]: row for row in message["layers"]}
    assert list(rows) == ["data", "conv1", "pool1", "conv2", "pool2", "ip1", "relu1", "ip2", "prob"]
    for row in [rows["conv2"], message["forward"]]:
        assert 0 < row["min_ms"] <= min(row["mean_ms"], row["median_ms"])
    assert rows["relu1"]["within"] == "ip1"
    assert rows["relu1"]["mean_ms"] is None
    assert message["total_ms"] == pytest.approx(4 * message["forward"]["mean_ms"])


def test_phase_level_and_stages_choose_layers(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text("""
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "train" type: "TanH" bottom: "data" top: "t" include { phase: TRAIN } }
layer { name: "test" type: "TanH" bottom: "data" top: "u" include { phase: TEST } }
layer { name: "ab" type: "TanH" bottom: "data" top: "ab" include { stage: "a" stage: "b" } }
layer { name: "high" type: "TanH" bottom: "data" top: "high" include { min_level: 2 } }
""")

    def layers(*args: str) -> list[str]:
        return [row["layer"] for row in as_json("-model", path, "-iterations", 1, *args)["layers"]]

    assert layers() == ["data", "train"]  # Caffe's default here is TRAIN
    assert layers("-phase", "TEST", "-stage", "a,b") == ["data", "test", "ab"]
    assert layers("-level", "2") == ["data", "train", "high"]


def test_inputs_may_have_other_shapes() -> None:
    assert as_json("-model", LENET, "-iterations", 1, "--input", "data=3,1,28,28")["iterations"] == 1


def test_python_layers_run_where_they_are_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_layers.py").write_text(
        "import prototxt\n\n\nclass Ones(prototxt.PythonLayer):\n"
        "    def reshape(self, bottom, top):\n        top[0].reshape(2, 3)\n\n"
        "    def forward(self, bottom, top):\n        top[0].data[...] = 1\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    net = tmp_path / "net.prototxt"
    net.write_text(
        'layer { name: "it" type: "Python" top: "it" python_param { module: "own_layers" layer: "Ones" } }'
    )
    assert "--allow-python-layers" in timed("-model", net, "-iterations", 1).err
    assert timed("-model", net, "-iterations", 1, "--allow-python-layers").code == 0


def test_a_gpu_is_a_warning() -> None:
    done = timed("-model", LENET, "-iterations", "1", "-gpu", "0,1")
    assert done.code == 0
    assert "warning: --gpu 0,1: nets run on the CPU here" in done.err


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ((), 2, "Missing option '--model'"),
        (("-model", "none.prototxt"), 1, "none.prototxt"),
        (("-model", LENET, "-iterations", "0"), 2, "0 is not in the range"),
        (("-model", LENET, "-phase", "both"), 2, "'TRAIN', 'TEST'"),
        (("-model", LENET, "-weights", "none.caffemodel"), 1, "none.caffemodel"),
        (("-modle", LENET), 2, "No such option"),
    ],
)
def test_refusals(args: tuple[str, ...], code: int, said: str) -> None:
    done = timed(*args)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err
