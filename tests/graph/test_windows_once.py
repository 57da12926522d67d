"""Windows are computed once per layer and shape, from the file to the blobs."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Shape
from prototxt.layers.common import output_size
from prototxt.layers.common.output_size import WindowSpec
from prototxt.layers.common.window import Window
from support.golden import ROOT

ALEXNET = ROOT / "examples" / "alexnet.prototxt"


def test_alexnet_computes_each_window_once(monkeypatch: pytest.MonkeyPatch) -> None:
    resolved: Counter[tuple[int, Shape]] = Counter()
    over = WindowSpec._over

    def counted(spec: WindowSpec, spatial: Shape) -> Window:
        resolved[id(spec), spatial] += 1
        return over(spec, spatial)

    monkeypatch.setattr(output_size.WindowSpec, "_over", counted)
    net = prototxt.load_net(ALEXNET)
    net.forward({"data": np.zeros((1, 3, 227, 227), np.float32)})
    assert set(resolved.values()) == {1}
    assert len(resolved) == 8  # five convolutions and three poolings


def test_nodes_hold_the_window_of_their_first_bottom() -> None:
    graph = prototxt.load_net(ALEXNET).graph
    windows = {node.name: node.window for node in graph.nodes}
    conv2, pool1 = windows["conv2"], windows["pool1"]
    assert conv2 is not None
    assert (conv2.kernel, conv2.pad, conv2.size, conv2.out) == ((5, 5), (2, 2), (27, 27), (27, 27))
    assert pool1 is not None
    assert (pool1.kernel, pool1.size, pool1.out) == ((3, 3), (55, 55), (27, 27))
    assert windows["relu1"] is None
    assert windows["fc6"] is None
