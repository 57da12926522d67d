"""RNN: the formula step by step, sequences that begin and go on, the state from forward to forward, refusals."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Array, Shape
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "RNN" bottom: "x" bottom: "cont" %s top: "y" %s recurrent_param { num_output: 4 %s }'
HIDDEN = ('bottom: "h"', 'top: "hT"', "expose_hidden: true")


def rnn(bottoms: str = "", tops: str = "", fields: str = "") -> Layer:
    return layer_from_text(TEXT % (bottoms, tops, fields))


def weights(layer: Layer, *bottom: Shape) -> list[Array]:
    return [np.float32(0.5) * noise(*p.shape, seed=i) for i, p in enumerate(layer.params(bottom))]


X = noise(5, 2, 3)
CONT = np.array([[0, 0], [1, 1], [1, 0], [0, 1], [1, 1]], np.float32)


def by_hand(x: Array, cont: Array, params: list[Array], h: Array) -> tuple[Array, Array]:
    w_xh, b_h, w_hh, w_ho, b_o = params
    outputs = []
    for x_t, on in zip(x, cont, strict=True):
        h = np.stack([np.tanh(w_xh @ x_t[n] + b_h + w_hh @ (on[n] * h[n])) for n in range(len(on))])
        outputs.append(np.tanh(h @ w_ho.T + b_o))
    return np.stack(outputs), h


def test_step_by_step() -> None:
    layer = rnn()
    params = weights(layer, X.shape, CONT.shape)
    assert [p.shape for p in params] == [(4, 3), (4,), (4, 4), (4, 4), (4,)]
    (y,) = run(layer, X, CONT, params=params)
    np.testing.assert_allclose(y, by_hand(X, CONT, params, np.zeros((2, 4), np.float32))[0], rtol=1e-5)


def test_the_state_in_and_out() -> None:
    layer, h = rnn(*HIDDEN), noise(1, 2, 4, seed=9)
    shapes = [X.shape, CONT.shape, h.shape]
    params, on = weights(layer, *shapes), np.ones_like(CONT)
    y, last = run(layer, X, on, h, params=params)
    want, state = by_hand(X, on, params, h[0])
    np.testing.assert_allclose(y, want, rtol=1e-5)
    np.testing.assert_allclose(last[0], state, rtol=1e-5)
    again, _ = run(layer, X, on, h, params=params)
    np.testing.assert_array_equal(again, y)


def test_a_static_input_equals_one_that_is_repeated() -> None:
    static = noise(2, 3, 2, seed=7)
    layer, wide = rnn('bottom: "s"'), rnn()
    params = weights(layer, X.shape, CONT.shape, static.shape)
    assert [p.shape for p in params] == [(4, 3), (4,), (4, 6), (4, 4), (4, 4), (4,)]
    (y,) = run(layer, X, CONT, static, params=params)
    both = np.concatenate([X, np.broadcast_to(static.reshape(2, 6), (5, 2, 6))], axis=2)
    w_xh, b_h, w_xs, *rest = params
    (want,) = run(wide, both, CONT, params=[np.hstack([w_xh, w_xs]), b_h, *rest])
    np.testing.assert_allclose(y, want, rtol=1e-5, atol=1e-6)


def test_a_sequence_in_pieces_is_the_sequence() -> None:
    whole, pieces = rnn(), rnn()
    params = weights(whole, X.shape, CONT.shape)
    (want,) = run(whole, X, CONT, params=params)
    first, second = (
        run(pieces, X[part], CONT[part], params=params)[0] for part in (slice(0, 2), slice(2, 5))
    )
    np.testing.assert_allclose(np.concatenate([first, second]), want, rtol=1e-5, atol=1e-6)


def test_another_number_of_sequences_starts_again() -> None:
    layer, fresh = rnn(), rnn()
    params = weights(layer, X.shape, CONT.shape)
    run(layer, X, CONT, params=params)
    one, on = noise(5, 1, 3), np.ones((5, 1), np.float32)
    np.testing.assert_array_equal(
        run(layer, one, on, params=params)[0], run(fresh, one, on, params=params)[0]
    )


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_net_remembers_until_cont_is_0(engine: str) -> None:
    text = """
    layer { name: "in" type: "Input" top: "x" top: "cont"
      input_param { shape { dim: 1 dim: 2 dim: 3 } shape { dim: 1 dim: 2 } } }
    layer { name: "rnn" type: "RNN" bottom: "x" bottom: "cont" top: "y"
      recurrent_param { num_output: 4 weight_filler { type: "uniform" min: -1 } } }
    """
    net = prototxt.parse_net(text, engine=engine)
    first = net.forward(x=X[:1], cont=[[0, 0]])["y"]
    second = net.forward(x=X[:1], cont=[[1, 0]])["y"]
    assert (first[0, 0] != second[0, 0]).any()
    np.testing.assert_array_equal(first[0, 1], second[0, 1])


def test_cost_and_brief() -> None:
    static: list[Shape] = [(5, 2, 3), (5, 2), (2, 6)]
    macs = 4 * (10 * (3 + 4) + 2 * 6) + 40 * 4
    assert rnn('bottom: "s"').cost(static, [(5, 2, 4)]) == Cost(
        macs=macs, additions=4 * 10 * 3 + 40, multiplications=40, exponentials=80
    )
    assert rnn().brief(static) == "T=5"


@pytest.mark.parametrize(
    ("more", "bottom", "what"),
    [
        (("", "", ""), ((5, 2), (5, 2)), "needs a first bottom of T x N x values, got 5 x 2"),
        (("", "", ""), ((5, 2, 3), (2, 5)), "the second bottom, cont, must be 5 x 2, got 2 x 5"),
        (
            ('bottom: "s"', "", ""),
            ((5, 2, 3), (5, 2), (5, 6)),
            "the static input must be 2 x values, got 5 x 6",
        ),
        (('bottom: "s"', "", ""), ((5, 2, 3), (5, 2), (2,)), "the static input must be 2 x values, got 2"),
        (HIDDEN, ((5, 2, 3), (5, 2), (1, 2, 5)), "the state must be 1 x 2 x 4, got 1 x 2 x 5"),
        (('bottom: "s" bottom: "h"', "", ""), (), "takes 2 or 3 bottoms here, has 4"),
        (("", 'top: "hT"', "expose_hidden: true"), (), "takes 3 or 4 bottoms here, has 2"),
    ],
)
def test_refusals(more: tuple[str, str, str], bottom: tuple[Shape, ...], what: str) -> None:
    error = refused(TEXT % more, *bottom)
    assert (error.what, error.field) == (what, "bottom")


def test_refused_tops_and_num_output() -> None:
    error = refused(TEXT % ("", 'top: "hT"', ""))
    assert (error.what, error.field) == ("makes 1 tops here, has 2", "top")
    error = refused('type: "RNN" bottom: "x" bottom: "cont" top: "y"')
    assert (error.what, error.field) == ("no num_output", "num_output")
    error = refused('type: "RNN" bottom: "x" bottom: "cont" top: "y" recurrent_param { num_output: 0 }')
    assert (error.what, error.field) == ("num_output must be at least 1, not 0", "num_output")
