"""Watchers: times over several forwards, and summaries of what lies in blobs."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest

import prototxt
from prototxt.engine.watch import Timer, Trace, Values
from support.helpers import noise

NET = """
name: "watched"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 5 dim: 4 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param {
  num_output: 6 kernel_size: 2 weight_filler { type: "xavier" } } }
layer { name: "log" type: "Log" bottom: "conv" top: "conv" }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
"""
X = noise(2, 3, 5, 4)


def test_values_by_hand() -> None:
    nan, inf = float("nan"), float("inf")
    got = Values.of(np.array([[0, 3, nan], [-1, inf, 0], [2, -inf, inf]], np.float32))
    assert (got.count, got.zeros, got.nan, got.infinite) == (9, 2, 1, 3)
    assert (got.least, got.most) == (-1, 3)
    assert got.mean == pytest.approx(4 / 5)
    assert got.std == pytest.approx(np.std([0, 3, -1, 0, 2]))
    assert not got.is_finite
    assert Values.of(X).is_finite


def test_values_of_nothing_finite() -> None:
    got = Values.of(np.full(3, np.nan, np.float32))
    assert (got.nan, got.infinite, got.zeros) == (3, 0, 0)
    assert all(isnan(v) for v in (got.mean, got.std, got.least, got.most))


def test_trace_finds_the_first() -> None:
    net = prototxt.parse_net(NET)
    trace = Trace()
    net.forward(data=X, keep=["conv@0", "conv@1", "conv@2"], watchers=[trace])
    assert [(row.layer, row.blob, row.shape) for row in trace.rows] == [
        ("conv", "conv", (2, 6, 4, 3)), ("log", "conv", (2, 6, 4, 3)), ("relu", "conv", (2, 6, 4, 3))
    ]  # fmt: skip
    negative = int((net.blobs["conv@0"].data < 0).sum())
    assert trace.first_not_finite is not None
    assert (trace.first_not_finite.layer, trace.first_not_finite.values.nan) == ("log", negative)
    assert negative > 0


def test_times_of_several_forwards() -> None:
    net = prototxt.parse_net(NET)
    timer = Timer()
    for _ in range(3):
        net.forward(data=X, watchers=[timer])
    assert timer.forwards == 3
    assert all(len(times) == 3 for times in timer.seconds.values())
    assert timer.total == pytest.approx(sum(float(np.median(t)) for t in timer.seconds.values()))
    assert Timer().total == 0
