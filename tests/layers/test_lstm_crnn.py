"""Lstm: step by step in plain loops, sequences that begin, rows as sequences, and the state between forwards."""

from __future__ import annotations

from math import exp, tanh

import numpy as np
import pytest
from numpy.typing import NDArray

import prototxt
from prototxt.blobs import Array, Shape
from prototxt.layers.base import Cost, Layer
from support.helpers import floats, layer_from_text, noise, refused, run

TEXT = 'type: "Lstm" bottom: "x" %s top: "y" lstm_param { num_output: 4 %s }'
CLIP = 'bottom: "clip"'


def lstm(bottoms: str = "", fields: str = "", **settings: int) -> Layer:
    return layer_from_text(TEXT % (bottoms, fields), **settings)


def weights(layer: Layer, *bottom: Shape) -> list[Array]:
    return [np.float32(0.5) * noise(*p.shape, seed=i) for i, p in enumerate(layer.params(bottom))]


X = noise(5, 2, 3)
CONT = floats([[0, 1], [1, 1], [1, 0], [0, 1], [1, 1]])


BEGINS = floats([[0, 0], *[[1, 1]] * 4])
"""A sequence begins at the first step and nowhere else."""

Doubles = NDArray[np.float64]


def sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x))


def unit_by_unit(x: Array, cont: Array, params: list[Array], h: Doubles, c: Doubles) -> Doubles:
    """The formula number by number, as the fork's loops go; `h` and `c` are N x H and change."""
    w_i, w_h, b = (p.astype(float) for p in params)
    y = np.zeros((*x.shape[:2], 4))
    for t, n in np.ndindex(x.shape[:2]):
        before, gates = h[n].copy(), np.zeros(16)
        for row in range(16):
            gates[row] = b[row] + sum(w_i[row, k] * x[t, n, k] for k in range(x.shape[2]))
            if cont[t, n]:
                gates[row] += sum(w_h[row, d] * before[d] for d in range(4))
        for d in range(4):
            i, f, o, g = (gates[k * 4 + d] for k in range(4))
            c[n, d] = (sigmoid(f) * c[n, d] if cont[t, n] else 0) + sigmoid(i) * tanh(g)
            y[t, n, d] = h[n, d] = sigmoid(o) * tanh(c[n, d])
    return y


def nothing() -> tuple[Doubles, Doubles]:
    return np.zeros((2, 4)), np.zeros((2, 4))


def test_without_clip_every_forward_begins_a_sequence() -> None:
    layer = lstm()
    params = weights(layer, X.shape)
    assert [(p.name, p.shape) for p in layer.params([X.shape])] == [
        ("input_weights", (16, 3)), ("hidden_weights", (16, 4)), ("bias", (16,)),
    ]  # fmt: skip
    (y,) = run(layer, X, params=params)
    np.testing.assert_allclose(y, unit_by_unit(X, BEGINS, params, *nothing()), rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(run(layer, X, params=params)[0], y)
    assert not layer.stateful
    assert lstm(phase=0).stateful  # TRAIN


def test_clip_begins_sequences_and_the_state_lives_on() -> None:
    layer = lstm(CLIP)
    params, state = weights(layer, X.shape, CONT.shape), nothing()
    assert layer.stateful
    for i in range(3):
        x = noise(5, 2, 3, seed=i)
        (y,) = run(layer, x, CONT, params=params)
        np.testing.assert_allclose(y, unit_by_unit(x, CONT, params, *state), rtol=1e-4, atol=1e-6)


def test_a_step_in_numbers() -> None:
    """One unit, two steps: gates of ln 3 are open by 3/4, a gate of -ln 3 by 1/4."""
    layer = layer_from_text('type: "Lstm" bottom: "x" top: "y" lstm_param { num_output: 1 }')
    ln3 = np.log(3)
    params = [floats([[0], [0], [0], [1]]), floats([[0], [0], [0], [0]]), floats([ln3, -ln3, ln3, 0])]
    (y,) = run(layer, floats([np.arctanh(0.4), np.arctanh(0.8)]).reshape(2, 1, 1), params=params)
    first = 0.75 * 0.4
    second = 0.25 * first + 0.75 * 0.8
    np.testing.assert_allclose(y.ravel(), [0.75 * tanh(first), 0.75 * tanh(second)], rtol=1e-6)


@pytest.mark.parametrize(
    ("fields", "shape", "top"),
    [
        ("", (5, 2, 3, 1), (5, 2, 4)),
        ("batch_size: 2", (5, 2, 3), (5, 2, 4)),
        ("batch_size: 2", (10, 3), (10, 4)),
        ("batch_size: 2", (10, 3, 1, 1), (10, 4)),
        ("batch_size: 2", (10, 1, 3), (10, 4)),
    ],
)
def test_layouts_of_the_same_sequences(fields: str, shape: Shape, top: Shape) -> None:
    params = weights(lstm(), X.shape)
    (want,) = run(lstm(), X, params=params)
    layer = lstm(fields=fields)
    assert [p.shape for p in layer.params([shape])] == [p.shape for p in params]
    (y,) = run(layer, X.reshape(shape), params=params)
    assert y.shape == top
    np.testing.assert_array_equal(y.reshape(5, 2, 4), want)
    assert layer.brief([shape]) == "T=5"
    assert layer.cost([shape], [top]) == lstm().cost([X.shape], [(5, 2, 4)])


def test_rows_without_a_batch_size_are_one_sequence() -> None:
    assert lstm().shapes([(10, 3)]) == [(10, 4)]
    assert lstm().brief([(10, 3)]) == "T=10"


def test_cost() -> None:
    assert lstm().cost([(5, 2, 3)], [(5, 2, 4)]) == Cost(
        macs=16 * 10 * 7, additions=16 * 10 * 2 + 160, multiplications=40 + 400, exponentials=200
    )


NET = """
layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 5 dim: 2 dim: 3 } } }
layer { name: "there" type: "Lstm" bottom: "x" top: "there"
  lstm_param { num_output: 4 clipping_threshold: 0.1 weight_filler { type: "gaussian" std: 0.5 } } }
layer { name: "flip" type: "Reverse" bottom: "x" top: "flip" }
layer { name: "back" type: "Lstm" bottom: "flip" top: "flop" lstm_param { num_output: 4 } }
layer { name: "flop" type: "Reverse" bottom: "flop" top: "back" }
layer { name: "both" type: "Concat" bottom: "there" bottom: "back" top: "both" concat_param { axis: 2 } }
"""


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_both_ways(engine: str) -> None:
    net = prototxt.parse_net(NET, engine=engine)
    for name in ("there", "back"):
        for i, param in enumerate(net.params[name]):
            param.data[...] = 0.5 * noise(*param.shape, seed=i)
    params = [param.data for param in net.params["there"]]
    y = net.forward({"x": X})["both"]
    there = unit_by_unit(X, BEGINS, params, *nothing())
    back = unit_by_unit(X[::-1], BEGINS, params, *nothing())[::-1]
    np.testing.assert_allclose(y, np.concatenate([there, back], axis=2), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "bottom", "what", "field"),
    [
        (TEXT % (CLIP, ""), ((5, 2, 3), (2, 4)), "the second bottom, clip, must be 5 x 2, got 2 x 4", "bottom"),
        (TEXT % ("", "batch_size: 3"), ((10, 3),), "10 rows are not divisible by batch_size 3", "batch_size"),
        (TEXT % ("", "batch_size: 0"), (), "batch_size must be at least 1, not 0", "batch_size"),
        (TEXT % ("", ""), ((10,),), "needs a bottom of at least 2 axes, got 1: 10", "bottom"),
        ('type: "Lstm" bottom: "x" top: "y"', (), "no num_output", "num_output"),
    ],
)  # fmt: skip
def test_refusals(text: str, bottom: tuple[Shape, ...], what: str, field: str) -> None:
    error = refused(text, *bottom)
    assert (error.what, error.field) == (what, field)
