"""LSTM: a recurrent layer whose cell is controlled by gates."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost
from prototxt.layers.common.recurrent import Recurrent, State
from prototxt.layers.lstm_unit import unit, unit_cost
from prototxt.layers.registry import layer


@layer("LSTM", bottoms=(2, 5), tops=(1, 3))
class LSTM(Recurrent):
    """Carries a cell and an output through a sequence; gates decide what enters, stays and shows.

    Formula:
        (i, f, o, g) = w_x x_t + b + w_s s + w_h (cont_t * h_{t-1}), D values each
        c_t = cont_t * sigmoid(f) * c_{t-1} + sigmoid(i) * tanh(g)
        y_t = h_t = sigmoid(o) * tanh(c_t)

    Shapes:
        x: T x N x any (K values a step), cont: T x N, s (optional): N x any (S values); D is num_output
        w_x: 4*D x K, b: 4*D, w_s (only with s): 4*D x S, w_h: 4*D x D, in this order; rows i, f, o, g
        y: T x N x D
        With `expose_hidden: true` h_0 and c_0 are the last bottoms, h_T and c_T further tops, all 1 x N x D.

    Pitfalls:
        Time comes first, the sequences side by side second. cont is 0 where a sequence begins and 1 otherwise.
        Without expose_hidden the state lives on from forward to forward, until cont is 0; it begins as 0. The
        gates stand in another order than in many programs.

    Example:
        layer {
          name: "lstm" type: "LSTM" bottom: "embedded" bottom: "cont" top: "lstm"
          recurrent_param { num_output: 1000 }
        }

    Source: caffe/src/caffe/layers/recurrent_layer.cpp, lstm_layer.cpp, lstm_unit_layer.cpp.
    """

    states, gates = 2, 4

    def step(self, gates: Array, cont: Array, state: State) -> State:
        cell, h = unit(state[1], gates, cont)
        return h, cell

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        return super().cost(bottom, top) + unit_cost(count(top[0]))
