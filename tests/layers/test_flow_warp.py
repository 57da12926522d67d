"""FlowWarp: whole and half steps by hand, the edges, and what it refuses."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from prototxt.blobs import Array, Shape
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "FlowWarp" bottom: "x" bottom: "flow" top: "y" %s'


def warp(fields: str = "") -> Layer:
    return layer_from_text(TEXT % fields)


def flow_of(shape: Shape, across: float, down: float) -> Array:
    n, _, h, w = shape
    return np.stack([np.full((n, h, w), across), np.full((n, h, w), down)], 1).astype(np.float32)


X = np.arange(12, dtype=np.float32).reshape(1, 1, 3, 4)


@pytest.mark.parametrize(
    ("across", "down", "rows"),
    [
        (0, 0, [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]),
        (1, 0, [[1, 2, 3, 0], [5, 6, 7, 0], [9, 10, 11, 0]]),
        (0, -1, [[0, 0, 0, 0], [0, 1, 2, 3], [4, 5, 6, 7]]),
        # Half a step after the last pixel there is nothing to go on to: it stays as it is.
        (0.5, 0.5, [[2.5, 3.5, 4.5, 5], [6.5, 7.5, 8.5, 9], [8.5, 9.5, 10.5, 11]]),
    ],
)
def test_steps(across: float, down: float, rows: list[list[float]]) -> None:
    np.testing.assert_array_equal(run(warp(), X, flow_of(X.shape, across, down))[0][0, 0], rows)


def test_place_by_place() -> None:
    x, flow = noise(2, 3, 5, 7), 3 * noise(2, 2, 5, 7, seed=1)
    want = np.zeros(x.shape)
    for n, i, j in product(range(2), range(5), range(7)):
        across, down = np.float32(j) + flow[n, 0, i, j], np.float32(i) + flow[n, 1, i, j]
        if not (0 <= across < 7 and 0 <= down < 5):
            continue
        left, top = int(across), int(down)
        for r, k in product((0, 1), (0, 1)):
            weight = abs(1 - r - (down - top)) * abs(1 - k - (across - left))
            want[n, :, i, j] += weight * x[n, :, min(top + r, 4), min(left + k, 6)]
    np.testing.assert_allclose(run(warp(), x, flow)[0], want, rtol=1e-5, atol=1e-6)


def test_nan_outside() -> None:
    (y,) = run(warp("flow_warp_param { fill_value: NOT_A_NUMBER }"), X, flow_of(X.shape, 2, 0))
    np.testing.assert_array_equal(y[0, 0, 0], [2, 3, np.nan, np.nan])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_a_flow_that_leads_nowhere(bad: float) -> None:
    assert not run(warp(), X, flow_of(X.shape, bad, 0))[0].any()


def test_cost() -> None:
    cost = warp().cost([(1, 3, 2, 5), (1, 2, 2, 5)], [(1, 3, 2, 5)])
    assert cost == Cost(comparisons=40, additions=170, multiplications=160)


@pytest.mark.parametrize("flow", [(1, 3, 3, 4), (1, 2, 4, 3), (2, 2, 3, 4)])
def test_refusals(flow: Shape) -> None:
    error = refused(TEXT % "", (1, 1, 3, 4), flow)
    assert "for an image of 1 x 1 x 3 x 4 it must be 1 x 2 x 3 x 4" in error.what
    assert error.field == "bottom"
    assert refused(TEXT % "", (1, 3, 4), flow).what == "needs a bottom of 4 axes, got 3: 1 x 3 x 4"
