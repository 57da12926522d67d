"""LSTM: steps against LSTMUnit, the cell and output in and out, what is remembered."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Array, Shape
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "LSTM" bottom: "x" bottom: "cont" %s top: "y" %s recurrent_param { num_output: 4 %s }'
UNIT = 'type: "LSTMUnit" bottom: "c" bottom: "x" bottom: "cont" top: "c1" top: "h1"'
HIDDEN = ('bottom: "s" bottom: "h" bottom: "c"', 'top: "hT" top: "cT"', "expose_hidden: true")


def lstm(bottoms: str = "", tops: str = "", fields: str = "") -> Layer:
    return layer_from_text(TEXT % (bottoms, tops, fields))


def weights(layer: Layer, *bottom: Shape) -> list[Array]:
    return [np.float32(0.5) * noise(*p.shape, seed=i) for i, p in enumerate(layer.params(bottom))]


X, STATIC = noise(5, 2, 3, 7), noise(2, 6, seed=3)
CONT = np.array([[1, 0], [1, 1], [1, 0], [0, 1], [1, 1]], np.float32)
H, C = noise(1, 2, 4, seed=4), noise(1, 2, 4, seed=5)


def test_every_step_is_an_lstm_unit() -> None:
    layer = lstm(*HIDDEN)
    params = weights(layer, X.shape, CONT.shape, STATIC.shape, H.shape, C.shape)
    w_x, bias, w_s, w_h = params
    assert [p.shape for p in params] == [(16, 21), (16,), (16, 6), (16, 4)]
    y, last_h, last_c = run(layer, X, CONT, STATIC, H, C, params=params)
    h, c = H, C
    for t in range(5):
        gates = X[t].reshape(2, 21) @ w_x.T + bias + STATIC @ w_s.T + (CONT[t][:, None] * h[0]) @ w_h.T
        c, h = run(layer_from_text(UNIT), c, gates[None], CONT[t][None])
        np.testing.assert_allclose(y[t], h[0], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(last_h, h, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(last_c, c, rtol=1e-4, atol=1e-6)


def test_cell_and_output_are_remembered() -> None:
    whole, pieces = lstm(), lstm()
    params = weights(whole, X.shape, CONT.shape)
    (want,) = run(whole, X, CONT, params=params)
    got = [run(pieces, X[t : t + 1], CONT[t : t + 1], params=params)[0] for t in range(5)]
    np.testing.assert_allclose(np.concatenate(got), want, rtol=1e-5, atol=1e-6)


def test_cost() -> None:
    bottom: list[Shape] = [(5, 2, 3), (5, 2)]
    assert lstm().cost(bottom, [(5, 2, 4)]) == Cost(
        macs=16 * 10 * 7, additions=16 * 10 * 2 + 160, multiplications=40 + 400, exponentials=200
    )


@pytest.mark.parametrize(
    ("more", "bottom", "what", "field"),
    [
        (
            HIDDEN,
            ((5, 2, 3), (5, 2), (2, 6), (1, 2, 4), (2, 4)),
            "the state must be 1 x 2 x 4, got 2 x 4",
            "bottom",
        ),
        (
            ('bottom: "h"', 'top: "h"', "expose_hidden: true"),
            (),
            "takes 4 or 5 bottoms here, has 3",
            "bottom",
        ),
        (
            ('bottom: "h" bottom: "c"', 'top: "h"', "expose_hidden: true"),
            (),
            "makes 3 tops here, has 2",
            "top",
        ),
    ],
)
def test_refusals(more: tuple[str, str, str], bottom: tuple[Shape, ...], what: str, field: str) -> None:
    error = refused(TEXT % more, *bottom)
    assert (error.what, error.field) == (what, field)
