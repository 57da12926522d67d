"""RNN: a plain recurrent layer."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Param
from prototxt.layers.common.recurrent import Recurrent, State
from prototxt.layers.registry import layer
from prototxt.util.lazy import np


@layer("RNN", bottoms=(2, 4), tops=(1, 2))
class RNN(Recurrent):
    """Carries a hidden state through a sequence; every step mixes it with that step's input.

    Formula:
        h_t = tanh(w_xh x_t + b_h + w_xs s + w_hh (cont_t * h_{t-1}))
        y_t = tanh(w_ho h_t + b_o)

    Shapes:
        x: T x N x any (K values a step), cont: T x N, s (optional): N x any (S values); D is num_output
        w_xh: D x K, b_h: D, w_xs (only with s): D x S, w_hh: D x D, w_ho: D x D, b_o: D, in this order
        y: T x N x D
        With `expose_hidden: true` h_0 is a last bottom and h_T a second top, both 1 x N x D.

    Pitfalls:
        Time comes first, the sequences side by side second. cont is 0 where a sequence begins and 1 otherwise.
        Without expose_hidden the state lives on from forward to forward, until cont is 0; it begins as 0.

    Example:
        layer {
          name: "rnn" type: "RNN" bottom: "x" bottom: "cont" top: "y"
          recurrent_param { num_output: 256 }
        }

    Source: caffe/src/caffe/layers/recurrent_layer.cpp, rnn_layer.cpp.
    """

    states, gates = 1, 1

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        d = self.num_output
        weights = Param((d, d), self.weight_filler, name="output_weights")
        return (*self.input_params(bottom), weights, Param((d,), self.bias_filler, name="output_bias"))

    def step(self, gates: Array, cont: Array, state: State) -> State:
        return (np.tanh(gates),)

    def output(self, outputs: Array, params: Sequence[Array]) -> Array:
        y: Array = np.tanh(outputs @ params[-2].T + params[-1])
        return y

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = count(top[0])
        out = Cost(macs=values * self.num_output, additions=values, exponentials=2 * values)
        return super().cost(bottom, top) + out
