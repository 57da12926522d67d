"""LSTMUnit: one step of an LSTM, from its gates to its next cell and output."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.registry import layer
from prototxt.layers.sigmoid import sigmoid
from prototxt.util.lazy import np


@layer("LSTMUnit", bottoms=3, tops=2)
class LSTMUnit(Layer):
    """Opens and closes an LSTM's gates for one step. The LSTM layer does this for a whole sequence.

    Formula:
        the D values of each gate follow each other in x: i, f, o, g
        c' = cont * sigmoid(f) * c + sigmoid(i) * tanh(g)
        h' = sigmoid(o) * tanh(c')

    Shapes:
        c: 1 x N x D, x: 1 x N x 4*D, cont: 1 x N
        c', h': 1 x N x D

    Pitfalls:
        The tops are the cell first, then the output.

    Example:
        layer { name: "unit" type: "LSTMUnit" bottom: "c" bottom: "x" bottom: "cont" top: "c1" top: "h1" }

    Source: caffe/src/caffe/layers/lstm_unit_layer.cpp.
    """

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        cell = bottom[0]
        if len(cell) != 3 or cell[0] != 1:
            raise LayerError(f"needs a cell of 1 x N x D, got {format_shape(cell)}", field="bottom")
        for shape, wanted in ((bottom[1], (1, cell[1], 4 * cell[2])), (bottom[2], (1, cell[1]))):
            if shape != wanted:
                what = (
                    f"a cell of {format_shape(cell)} needs a bottom of {format_shape(wanted)}, got "
                    f"{format_shape(shape)}"
                )
                raise LayerError(what, field="bottom")
        return [cell, cell]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        cell, gates, cont = bottom
        return list(unit(cell, gates, cont[..., None]))

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        return unit_cost(count(top[0]))


def unit(cell: Array, gates: Array, cont: Array) -> tuple[Array, Array]:
    """The next cell and output from the gates' inputs (i, f, o, g on the last axis); `cont` cuts the old cell."""
    d = gates.shape[-1] // 4
    i, f, o, g = (gates[..., k * d : k * d + d] for k in range(4))  # np.split takes longer than a small step
    # Where the sequence begins the forget gate is shut, whatever it holds.
    kept = np.where(cont == 0, np.float32(0), cont * sigmoid(f))
    cell = kept * cell + sigmoid(i) * np.tanh(g)
    return cell, sigmoid(o) * np.tanh(cell)


def unit_cost(values: int) -> Cost:
    """Cost of `unit` for this number of cells."""
    return Cost(exponentials=5 * values, multiplications=10 * values, additions=4 * values)
