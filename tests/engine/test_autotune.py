"""Kernels are measured once for a geometry, stored in a file, and used by every net; broken files count as none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.engine.tuning import measure
from prototxt.engine.tuning.cache import MAX_BYTES, load_fastest, store_fastest
from prototxt.engine.tuning.measure import Measured
from prototxt.layers.batch_norm import BatchNorm
from prototxt.layers.dummy_data import DummyData
from prototxt.layers.filter import Filter
from prototxt.net import Net, parse_net

TEXT = """
layer { name: "in" type: "Input" top: "data" input_param { shape { dim: 1 dim: 4 dim: 9 dim: 11 } } }
layer { name: "one" type: "Convolution" bottom: "data" top: "one"
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "one" top: "one" }
layer { name: "two" type: "Convolution" bottom: "one" top: "two"
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 weight_filler { type: "xavier" } } }
layer { name: "five" type: "Convolution" bottom: "two" top: "five"
  convolution_param { num_output: 3 kernel_h: 5 kernel_w: 7 pad_w: 1 weight_filler { type: "xavier" } } }
layer { name: "mean" type: "Pooling" bottom: "five" top: "mean" pooling_param { pool: AVE global_pooling: true } }
"""
SAME = "Convolution 3x3+1/1: 1x4x9x11 -> 1x4x9x11"
MEAN = "Pooling AVE global: 1x3x5x7 -> 1x3x1x1"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of measured kernels, not there yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(measure, "MAX_FORWARDS", 2)
    return tmp_path / "prototxt" / "kernels.json"


def net(threads: int = 2) -> Net:
    return parse_net(TEXT, threads=threads, keep="outputs")


def kernels(result: Net) -> dict[str, str | None]:
    return {s.nodes[0].name: s.kernel.name if s.kernel else None for s in result.plan().steps}


def test_each_geometry_once(file: Path) -> None:
    result = net()
    measured = result.autotune()
    assert [(m.layer, m.geometry) for m in measured] == [("one", SAME), ("mean", MEAN)]
    assert set(measured[0].seconds) == {"winograd", "im2col_gemm"}
    assert min(measured[0].seconds.values()) > 0
    assert kernels(result)["two"] == measured[0].chosen
    assert result.autotune() == net().autotune() == ()
    assert load_fastest(2) == {m.geometry: m.chosen for m in measured}
    assert load_fastest(1) == {}
    assert [m.geometry for m in net(threads=1).autotune()] == [SAME, MEAN]


def test_a_part(file: Path) -> None:
    result = net()
    assert [m.layer for m in result.autotune(start="two", end="five")] == ["two"]
    assert [m.layer for m in result.autotune()] == ["mean"]


@pytest.mark.parametrize(("other", "chosen"), [(0.96, "a"), (0.94, "b"), (1.5, "a")])
def test_another_kernel_must_be_clearly_faster(other: float, chosen: str) -> None:
    measured = Measured("one", SAME, {"a": 1.0, "b": other, "c": 2.0})
    assert (measured.expected, measured.chosen) == ("a", chosen)


def test_layers_without_kernels_do_not_run(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more = """
layer { name: "norm" type: "BatchNorm" bottom: "one" top: "one" batch_norm_param { use_global_stats: false } }
layer { name: "which" type: "DummyData" top: "which" dummy_data_param { shape { dim: 1 } } }
layer { name: "some" type: "Filter" bottom: "one" bottom: "which" top: "some" }
layer { name: "two" """.rstrip()
    text = TEXT.replace('\nlayer { name: "two"', more)
    result = parse_net(text, phase="TRAIN")
    for layer_class in (BatchNorm, Filter, DummyData):
        monkeypatch.setattr(layer_class, "forward", None)
    before = [array.data.copy() for array in result.params["norm"]]
    assert [m.layer for m in result.autotune()] == ["one", "mean"]
    for array, values in zip(result.params["norm"], before, strict=True):
        np.testing.assert_array_equal(array.data, values)


def test_more_than_the_machine_has(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = net()
    monkeypatch.setattr("prototxt.util.limits.os.sysconf", lambda _: 64)
    with pytest.raises(prototxt.InputError, match=r"measuring its kernels needs .* this machine has"):
        result.autotune()


@pytest.mark.parametrize("name", ["winograd", "im2col_gemm"])
def test_stored_kernels_are_used_by_every_net(file: Path, name: str) -> None:
    data = np.random.default_rng(0).standard_normal((1, 4, 9, 11), np.float32)
    want = parse_net(TEXT, engine="reference").forward(data=data)["mean"]
    store_fastest(2, {SAME: name})
    assert (kernels(net())["one"], kernels(net())["two"]) == (name, name)
    np.testing.assert_allclose(net().forward(data=data)["mean"], want, rtol=1e-4, atol=1e-5)


def test_a_net_and_its_clone_without_a_cache_folder(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prototxt.engine.tuning.cache.cache_file", lambda _: None)
    result = net()
    slower = "im2col_gemm" if kernels(result)["one"] == "winograd" else "winograd"
    fake = (Measured("one", SAME, {"x": 2.0, slower: 1.0}),)
    monkeypatch.setattr("prototxt.engine.tuning.autotune.measure", lambda *_: fake)
    assert result.autotune() == fake
    assert kernels(result)["one"] == slower
    assert kernels(result.clone())["one"] == slower
    assert kernels(result.clone(threads=1))["one"] != slower
    assert not file.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff{", b"[]", b"{}", b'{"machines": 3}', b'{"machines": {"KEY": 3}}', b"[" * 100_000,
        b'{"machines": {"KEY": {"a": 3}}}', b'{"machines": {"other": {"a": "b"}}}',
        b'{"machines": {}, "more": "' + b"x" * MAX_BYTES + b'"}',
    ],
)  # fmt: skip
def test_a_broken_file_counts_as_none_and_is_written_again(file: Path, content: bytes) -> None:
    store_fastest(2, {SAME: "a"})
    (key,) = json.loads(file.read_text())["machines"]
    file.write_bytes(content.replace(b"KEY", key.encode()))
    assert load_fastest(2) == {}
    store_fastest(2, {MEAN: "b"})
    assert load_fastest(2) == {MEAN: "b"}


def test_machines_are_kept_apart(file: Path) -> None:
    store_fastest(2, {SAME: "a"})
    store_fastest(3, {SAME: "b"})
    store_fastest(2, {MEAN: "c"})
    assert (load_fastest(2), load_fastest(3), load_fastest(4)) == ({SAME: "a", MEAN: "c"}, {SAME: "b"}, {})
    assert [path.name for path in file.parent.iterdir()] == ["kernels.json"]


def test_a_file_that_is_none(file: Path) -> None:
    file.parent.mkdir()
    file.mkdir()
    assert load_fastest(2) == {}
    store_fastest(2, {SAME: "a"})  # cannot be written: measured again next time
    assert load_fastest(2) == {}
