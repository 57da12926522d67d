"""The base of RNN and LSTM: sequences in, state from step to step, parameters in Caffe's order."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer, Param
from prototxt.layers.common.fields import check_given, check_least
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np

State = tuple[Array, ...]
"""The arrays a step passes on, each N x D; the output h comes first."""


class Recurrent(Layer):
    """A layer over T steps of N sequences side by side (recurrent_layer.cpp).

    All steps' inputs are multiplied at once; a subclass adds what one step computes from that and from its state.
    The state after the last step is kept for the next forward, as in Caffe.
    """

    states: ClassVar[int]
    """Number of arrays in the state."""
    gates: ClassVar[int]
    """Number of gates: a step turns its input into this many times num_output values."""

    @property
    def stateful(self) -> bool:
        return True

    def setup(self, param: LayerParameter) -> None:
        p = param.recurrent_param
        check_given(p, "num_output")
        check_least(p.num_output, 1, "num_output")
        self.num_output: int = p.num_output
        self.weight_filler, self.bias_filler = p.weight_filler, p.bias_filler
        self.exposed: int = self.states if p.expose_hidden else 0
        self.static = self.num_bottoms == 3 + self.exposed
        self._remembered: State = ()
        if self.num_bottoms not in (2 + self.exposed, 3 + self.exposed):
            what = f"takes {2 + self.exposed} or {3 + self.exposed} bottoms here, has {self.num_bottoms}"
            raise LayerError(what, field="bottom")
        if self.num_tops != 1 + self.exposed:
            raise LayerError(f"makes {1 + self.exposed} tops here, has {self.num_tops}", field="top")

    def inputs(self, bottom: Sequence[Shape]) -> list[int]:
        """Number of values a step reads: of x, and of the static input where there is one."""
        return [count(bottom[0][2:]), *([count(bottom[2][1:])] if self.static else [])]

    def input_params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        """The weights and bias for x, the weights for the static input, the weights for h."""
        rows = self.gates * self.num_output
        columns = (*self.inputs(bottom), self.num_output)
        names = ("input_weights", *["static_weights"] * self.static, "hidden_weights")
        weights = (
            Param((rows, k), self.weight_filler, name=name) for k, name in zip(columns, names, strict=True)
        )
        return (next(weights), Param((rows,), self.bias_filler, name="bias"), *weights)

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        return self.input_params(bottom)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        x, cont, *others = bottom
        if len(x) < 3:
            raise LayerError(f"needs a first bottom of T x N x values, got {format_shape(x)}", field="bottom")
        steps, sequences = x[:2]
        if cont != (steps, sequences):
            what = f"the second bottom, cont, must be {steps} x {sequences}, got {format_shape(cont)}"
            raise LayerError(what, field="bottom")
        if self.static and (len(others[0]) < 2 or others[0][0] != sequences):
            what = f"the static input must be {sequences} x values, got {format_shape(others[0])}"
            raise LayerError(what, field="bottom")
        state = (1, sequences, self.num_output)
        for shape in others[int(self.static) :]:
            if shape != state:
                raise LayerError(
                    f"the state must be {format_shape(state)}, got {format_shape(shape)}", field="bottom"
                )
        return [(steps, sequences, self.num_output), *[state] * self.exposed]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        outputs, self._remembered = self.run(bottom, params)
        return [self.output(outputs, params), *(h[None] for h in self._remembered[: self.exposed])]

    def run(self, bottom: Sequence[Array], params: Sequence[Array]) -> tuple[Array, State]:
        """Every step's h, T x N x D, and the state after the last step; the layer's own state stays as it is."""
        x, cont, *others = bottom
        steps, sequences = x.shape[:2]
        rows = x.reshape(steps * sequences, count(x.shape[2:]))
        drive = (rows @ params[0].T + params[1]).reshape(steps, sequences, self.gates * self.num_output)
        if self.static:
            drive += others[0].reshape(sequences, count(others[0].shape[1:])) @ params[2].T
        weight = params[3 if self.static else 2].T
        state: State = tuple(h[0] for h in others[int(self.static) :]) or self.state(sequences)
        outputs = np.empty((steps, sequences, self.num_output), np.float32)
        for step in range(steps):
            on = cont[step, :, None]
            state = self.step(drive[step] + (on * state[0]) @ weight, on, state)
            outputs[step] = state[0]
        return outputs, state

    def state(self, sequences: int) -> State:
        """The state after the previous forward; zeros before the first, or for another number of sequences."""
        if self._remembered and len(self._remembered[0]) == sequences:
            return self._remembered
        return (np.zeros((sequences, self.num_output), np.float32),) * self.states

    @abstractmethod
    def step(self, gates: Array, cont: Array, state: State) -> State:
        """The next state from the gates' inputs (N x gates*D), `cont` (N x 1) and the state before."""

    def output(self, outputs: Array, params: Sequence[Array]) -> Array:
        """The top from every step's h. Default: h itself."""
        return outputs

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        steps, sequences = bottom[0][:2]
        rows, (values, *static) = self.gates * self.num_output, self.inputs(bottom)
        every = steps * sequences
        return Cost(
            macs=rows * (every * (values + self.num_output) + sequences * sum(static)),
            additions=rows * every * (2 + len(static)),
            multiplications=every * self.num_output,
        )

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"T={bottom[0][0]}"
