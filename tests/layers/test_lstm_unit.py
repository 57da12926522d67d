"""LSTMUnit: one step by hand, the cut, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Array, Shape
from prototxt.layers.base import Cost
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "LSTMUnit" bottom: "c" bottom: "x" bottom: "cont" top: "c1" top: "h1"'


def sigmoid(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))


def step(cell: float, cont: float) -> tuple[Array, Array]:
    gates = np.array([0.5, -1, 2, 0.25], np.float32).reshape(1, 1, 4)
    inputs = [np.array(v, np.float32) for v in ([[[cell]]], gates, [[cont]])]
    c, h = run(layer_from_text(TEXT), *inputs)
    return c, h


@pytest.mark.parametrize(("cell", "cont"), [(3, 1), (3, 0.5), (3, 0)])
def test_by_hand(cell: float, cont: float) -> None:
    c, h = step(cell, cont)
    want = cont * sigmoid(-1) * cell + sigmoid(0.5) * np.tanh(0.25)
    np.testing.assert_allclose(c, [[[want]]], rtol=1e-6)
    np.testing.assert_allclose(h, [[[sigmoid(2) * np.tanh(want)]]], rtol=1e-6)


def test_where_a_sequence_begins_the_forget_gate_is_shut_whatever_it_holds() -> None:
    gates = noise(1, 2, 12)
    gates[0, 0, 3:6] = np.nan
    c, _ = run(layer_from_text(TEXT), noise(1, 2, 3), gates, np.array([[0, 1]], np.float32))
    assert np.isfinite(c).all()


def test_cost() -> None:
    bottom = [(1, 2, 3), (1, 2, 12), (1, 2)]
    assert layer_from_text(TEXT).cost(bottom, [(1, 2, 3)] * 2) == Cost(
        exponentials=30, multiplications=60, additions=24
    )


@pytest.mark.parametrize(
    ("bottom", "what"),
    [
        (((2, 5, 3), (1, 5, 12), (1, 5)), "needs a cell of 1 x N x D, got 2 x 5 x 3"),
        (((5, 3), (1, 5, 12), (1, 5)), "needs a cell of 1 x N x D, got 5 x 3"),
        (((1, 5, 3), (1, 5, 9), (1, 5)), "a cell of 1 x 5 x 3 needs a bottom of 1 x 5 x 12, got 1 x 5 x 9"),
        (((1, 5, 3), (1, 5, 12), (5, 1)), "a cell of 1 x 5 x 3 needs a bottom of 1 x 5, got 5 x 1"),
    ],
)
def test_refusals(bottom: tuple[Shape, ...], what: str) -> None:
    error = refused(TEXT, *bottom)
    assert (error.what, error.field) == (what, "bottom")
