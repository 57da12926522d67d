"""Lstm: junhyukoh's LSTM, which nets that read text have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from prototxt.blobs import TRAIN, Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Param
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.fields import check_given, check_least
from prototxt.layers.common.recurrent import State
from prototxt.layers.lstm import LSTM
from prototxt.layers.outcomes import Ignored, Outcome, ignore
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Lstm", bottoms=(1, 2), fork="crnn")
class Lstm(LSTM):
    """Carries a cell and an output through a sequence, as Caffe's LSTM does; arrays and bottoms are other ones.

    Formula:
        (i, f, o, g) = w_i x_t + b + w_h h_{t-1}, H values each; without w_h h_{t-1} where a sequence begins
        c_t = sigmoid(f) * c_{t-1} + sigmoid(i) * tanh(g); without c_{t-1} where a sequence begins
        y_t = h_t = sigmoid(o) * tanh(c_t)

    Shapes:
        x: T x N x any (I values a step), clip (optional): T x N; H is num_output
        w_i: 4*H x I, w_h: 4*H x H, b: 4*H, in this order; rows i, f, o, g
        y: T x N x H
        With `batch_size` N is given by the field, where it is not the length of axis 1: x has T*N x any values, y
        T*N x H. So it is with a bottom of 2 axes too; N is 1 without the field.

    Pitfalls:
        The arrays of Caffe's LSTM are w_x, b, w_h: weights of one are not those of the other. A sequence begins
        where clip is 0; without clip every forward begins one, and no state lives on. With clip the state lives on
        from forward to forward, until clip is 0; it begins as 0.

    Example:
        layer {
          name: "lstm1" type: "Lstm" bottom: "columns" top: "lstm1"
          lstm_param { num_output: 256 }
        }

    Source: Hochreiter and Schmidhuber, Long Short-Term Memory, 1997; lstm_layer.cpp of junhyukoh's caffe-lstm, in
    CTPN and in caffe_ocr.
    """

    golden = "only the source text of the forks is available; the tests compute its formula by hand"
    ignores: ClassVar[Mapping[str, Ignored]] = ignore(
        Outcome.QUIET,
        "it bounds gradients: the numbers of a forward are the same",
        "lstm_param.clipping_threshold",
    )

    @property
    def stateful(self) -> bool:
        return self.num_bottoms == 2 or self.phase == TRAIN

    def setup(self, param: LayerParameter) -> None:
        p = param.lstm_param
        check_given(p, "num_output")
        check_least(p.num_output, 1, "num_output")
        check_least(p.batch_size, 1, "batch_size")
        self.num_output: int = p.num_output
        self.batch_size: int | None = p.batch_size if p.HasField("batch_size") else None
        self.weight_filler, self.bias_filler = p.weight_filler, p.bias_filler
        self.exposed, self.static = 0, False
        self._remembered: State = ()

    def as_sequences(self, shape: Shape) -> Shape:
        """T x N x I, for a first bottom of this shape. Raises LayerError where it cannot be seen so."""
        check_num_axes(shape, 2)
        if len(shape) > 2 and self.batch_size in (None, shape[1]):
            return (*shape[:2], count(shape[2:]))
        sequences = self.batch_size or 1
        if shape[0] % sequences:
            what = f"{shape[0]} rows are not divisible by batch_size {sequences}"
            raise LayerError(what, field="batch_size")
        return (shape[0] // sequences, sequences, count(shape[1:]))

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        rows, values = 4 * self.num_output, self.as_sequences(bottom[0])[2]
        return (
            Param((rows, values), self.weight_filler, name="input_weights"),
            Param((rows, self.num_output), self.weight_filler, name="hidden_weights"),
            Param((rows,), self.bias_filler, name="bias"),
        )

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        x, *clip = bottom
        steps, sequences, _ = self.as_sequences(x)
        if clip and count(clip[0]) != steps * sequences:
            what = f"the second bottom, clip, must be {steps} x {sequences}, got {format_shape(clip[0])}"
            raise LayerError(what, field="bottom")
        in_order = x[:2] == (steps, sequences) and len(x) > 2
        return [(steps, sequences, self.num_output) if in_order else (x[0], self.num_output)]

    def as_lstm(self, bottom: Sequence[Array]) -> list[Array]:
        """The bottoms as LSTM has them: x, T x N x I, and cont, T x N."""
        shape = self.as_sequences(bottom[0].shape)
        if len(bottom) > 1:
            cont = (bottom[1] != 0).astype(np.float32).reshape(shape[:2])
        else:
            cont = np.ones(shape[:2], np.float32)
            cont[:1] = 0
        return [bottom[0].reshape(shape), cont]

    def in_order(self, params: Sequence[Array]) -> tuple[Array, ...]:
        """The learned arrays in the order of LSTM."""
        input_weights, hidden_weights, bias = params
        return input_weights, bias, hidden_weights

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        outputs, state = self.run(self.as_lstm(bottom), self.in_order(params))
        if len(bottom) > 1:
            self._remembered = state
        return [outputs.reshape(self.shapes([x.shape for x in bottom])[0])]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        return super().cost([self.as_sequences(bottom[0])], top)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"T={self.as_sequences(bottom[0])[0]}"
