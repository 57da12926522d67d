"""prototxt-run with a look at the plan, threads, times of steps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.cli.run.command import main as run
from prototxt.engine.tuning.machine import Machine
from prototxt.net import Net
from support.commands import DATA, DIGIT, LENET, invoke, layer, picture


def test_plan() -> None:
    result = invoke(run, LENET, "--plan", "--threads", "2")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("LeNet · TEST · plan of 8 layers in 7 steps · 2 threads\n")
    for part in ("ip1 .. relu1", "InnerProduct + ReLU", "1x1x28x28 → 1x20x24x24", "peak memory of blobs"):
        assert part in result.out
    printed = "\n".join(line.rstrip() for line in result.out.splitlines())
    assert printed == prototxt.load_net(LENET, keep="outputs", threads=2).plan_summary()


def test_plan_of_a_batch_and_of_a_part() -> None:
    document = json.loads(invoke(run, LENET, "--plan", "--json", "--batch", "3", "--to", "pool2").out)
    assert [step["layers"] for step in document["steps"]] == [["conv1"], ["pool1"], ["conv2"], ["pool2"]]
    assert document["steps"][0]["tops"] == [[3, 20, 24, 24]]
    two = json.loads(invoke(run, LENET, DIGIT, DIGIT, "--plan", "--json", "--batch", "5").out)
    assert two["images"] == 2


def test_a_kept_blob_is_in_the_plan() -> None:
    steps = json.loads(invoke(run, LENET, "--plan", "--json", "--blob", "ip1:before-relu").out)["steps"]
    assert ["ip1"] in [step["layers"] for step in steps]


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--plan", "--profile"], "give one of them"),
        (["--plan", "--engine", "reference"], "the reference engine has none"),
        (["--autotune", "--engine", "reference"], "--autotune is about the fast engine's plan"),
        (["--profile", "--engine", "reference"], "the reference engine has none"),
        (["--plan", "--trace"], "nothing for --trace"),
        (["--profile", "--save", "x.npz"], "nothing for --save"),
        ([], "Missing argument"),
        (["--threads", "0", "--plan"], "1<=x<=256"),
    ],
)
def test_wrong_usage(options: list[str], what: str) -> None:
    result = invoke(run, LENET, *options)
    assert result.code == 2
    assert what in result.err


def test_more_than_the_machine_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prototxt.util.limits.os.sysconf", lambda _: 2000)  # 2,000 pages of as many bytes
    result = invoke(run, LENET, "--plan", "--batch", "100")
    assert result.code == 1
    assert "this forward needs 0.0 GB, this machine has 0.0 GB" in result.err


def test_threads_are_said_or_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROTOTXT_NUM_THREADS", "3")
    assert json.loads(invoke(run, LENET, "--plan", "--json").out)["threads"] == 3
    assert json.loads(invoke(run, LENET, "--plan", "--json", "--threads", "2").out)["threads"] == 2
    monkeypatch.setenv("PROTOTXT_NUM_THREADS", "many")
    result = invoke(run, LENET, DIGIT)
    assert result.code == 1
    assert result.err == "error: PROTOTXT_NUM_THREADS is a number from 1 to 256, not 'many'\n"


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_many_images_run_in_as_many_twins_of_one_thread(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    produced: list[int] = []
    clone = Net.clone

    def recorded(net: Net, threads: int | None = None) -> Net:
        other = clone(net, threads)
        produced.append(other.threads)
        return other

    monkeypatch.setattr(Net, "clone", recorded)
    for i in range(9):
        picture(tmp_path / f"{i}.png", "L", (11 + i, 12))

    def answers(threads: int) -> Any:
        named = ("--json", "--engine", engine, "--threads", threads, "--scale", 1 / 256)
        result = invoke(run, LENET, tmp_path, *named)
        answers = [json.loads(line)["answers"][0]["classes"] for line in result.out.splitlines()]
        return np.array([[(c["index"], c["score"]) for c in classes] for classes in answers])

    one = answers(1)
    assert (len(one), produced) == (9, [1, 1])  # one that the others are made after
    produced.clear()
    np.testing.assert_allclose(answers(3), one, rtol=1e-4)  # more tiles sum in another order
    assert 2 <= len(produced) <= 4
    assert set(produced) == {1}
    produced.clear()
    invoke(run, LENET, DIGIT, "--threads", "2")
    assert not produced


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is known already."""
    known = Machine("a machine", 2, 100.0, 20.0)
    monkeypatch.setattr("prototxt.engine.tuning.machine.measure_machine", lambda _: known)


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize("images", [[], [DIGIT]])
def test_profile(images: list[str]) -> None:
    document = json.loads(invoke(run, LENET, *images, "--profile", "--json", "--threads", "2").out)
    assert [step["layers"][0] for step in document["steps"]] == [
        "conv1", "pool1", "conv2", "pool2", "ip1", "ip2", "prob",
    ]  # fmt: skip
    assert all(step["ms"] > 0 for step in document["steps"])
    assert document["machine"]["gflops"] == 100
    assert sum(kernel["share"] for kernel in document["kernels"]) == pytest.approx(1)
    assert document["forward_ms"] > 0
    result = invoke(run, LENET, *images, "--profile", "--to", "conv2")
    assert result.out.startswith("LeNet · TEST · profile of 3 steps")
    assert "a machine, 2 threads: products 100.0 GFLOP/s, copies 20.0 GB/s" in result.out


@pytest.mark.usefixtures("measured")
def test_a_busy_machine_is_told_once(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setattr(
        "prototxt.engine.tuning.machine.os.getloadavg", lambda: (1.7, 0.0, 0.0), raising=False
    )
    assert invoke(run, LENET, "--profile", "--autotune").err.count("cores busy") == 1
    assert "cores busy" not in invoke(run, LENET, "--plan").err


@pytest.mark.usefixtures("measured")
def test_profile_of_a_net_with_labels_and_of_a_part(tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    label = (
        'layer { name: "l" type: "Input" top: "label" input_param { shape { dim: 2 dim: 1 dim: 8 dim: 9 } } }'
    )
    net.write_text(DATA + label + layer("SoftmaxWithLoss", bottom='bottom: "data" bottom: "label"'))
    document = json.loads(invoke(run, net, "--profile", "--json").out)
    assert [step["kernel"] for step in document["steps"]][-1] == "forward"
    part = json.loads(invoke(run, LENET, "--profile", "--json", "--from", "conv2", "--to", "ip1").out)
    assert [step["layers"][0] for step in part["steps"]] == ["conv2", "pool2", "ip1"]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of measured kernels, not there yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "prototxt" / "kernels.json"


def small(folder: Path) -> Path:
    """A net with a layer that two kernels can run."""
    net = folder / "net.prototxt"
    conv = 'convolution_param { num_output: 5 kernel_size: 3 weight_filler { type: "xavier" } }'
    net.write_text(DATA + layer("Convolution", conv))
    return net


def test_autotune(cache: Path, tmp_path: Path) -> None:
    net, image = small(tmp_path), picture(tmp_path / "i.png")
    result = invoke(run, net, image, "--autotune", "--threads", "1")
    assert result.code == 0
    assert result.err.splitlines()[-1].startswith("autotune: measured the kernels of 1 kind of layers in ")
    (kernels,) = json.loads(cache.read_text())["machines"].values()
    assert list(kernels) == ["Convolution 3x3/1: 1x3x8x9 -> 1x5x6x7"]  # of one image, not the file's two
    again = invoke(run, net, image, "--autotune", "--threads", "1", "--plan")
    assert "autotune: nothing to measure" in again.err
    for name in ("winograd", "im2col_gemm"):
        forced = json.loads(cache.read_text())
        for known in forced["machines"].values():
            known.update(dict.fromkeys(known, name))
        cache.write_text(json.dumps(forced))
        document = json.loads(invoke(run, net, image, "--plan", "--json", "--threads", "1").out)
        assert [step["kernel"] for step in document["steps"]] == [name]


def test_autotune_of_many_images_is_for_one_thread_too(cache: Path, tmp_path: Path) -> None:
    net = small(tmp_path)
    images = [picture(tmp_path / f"{i}.png") for i in range(5)]
    result = invoke(run, net, *images, "--autotune", "--threads", "2")
    assert result.code == 0
    assert result.err.count("autotune: measured the kernels of 1 kind of layers") == 2
    threads = [key.split(", ")[2] for key in json.loads(cache.read_text())["machines"]]
    assert threads == ["2 threads", "1 threads"]
