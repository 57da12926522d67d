"""The benchmark of compiled kernels: it pairs the steps of two engines by layer."""

from __future__ import annotations

import pytest

import prototxt
from support.helpers import noise

TEXT = """
layer { name: "in" type: "Input" top: "data" input_param { shape { dim: 1 dim: 16 dim: 20 dim: 23 } } }
layer { name: "pool" type: "Pooling" bottom: "data" top: "pool" pooling_param { kernel_size: 3 stride: 2 } }
layer { name: "norm" type: "LRN" bottom: "pool" top: "norm" }
layer { name: "tanh" type: "TanH" bottom: "norm" top: "tanh" }
"""


def test_times_by_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba", reason="numba is not installed (the extra fast)")
    import compiled

    monkeypatch.setattr(compiled, "ROUNDS", 3)
    nets = [prototxt.parse_net(TEXT, engine=engine, keep="outputs") for engine in compiled.ENGINES]
    feeds = {"data": noise(1, 16, 20, 23)}
    assert [len(times) for times in compiled.whole(nets, feeds)] == [3, 3]
    result = compiled.by_kernel(nets, feeds)
    assert set(result) == {"max_pool_compiled", "lrn_across_channels_compiled"}
    assert all(len(rounds) == 3 and min(min(pair) for pair in rounds) > 0 for rounds in result.values())
    assert compiled.kernels(nets[0].plan()) == {}
