"""RNN, LSTM and LSTMUnit: one unit at one step, from the products of its gates to its output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from prototxt.blobs import Array, Shape
from prototxt.explain.breakdown.model import Group, Places
from prototxt.explain.breakdown.query import Query, Result, grid, places_at
from prototxt.explain.breakdown.rules import break_down
from prototxt.explain.breakdown.running import Running
from prototxt.layers.common.recurrent import Recurrent, State
from prototxt.layers.lstm import LSTM
from prototxt.layers.lstm_crnn import Lstm
from prototxt.layers.lstm_unit import LSTMUnit
from prototxt.layers.rnn import RNN

GATES = "ifog"


@dataclass(frozen=True, slots=True)
class Sized:
    """An intermediate number, and its size: the scale of its rounding error."""

    value: float
    size: float

    def sigmoid(self) -> Sized:
        """The logistic function of the number."""
        value = 0.5 * np.tanh(0.5 * self.value) + 0.5
        return Sized(float(value), float(value * (1 - value) * self.size + 1))

    def tanh(self) -> Sized:
        """The hyperbolic tangent of the number."""
        value = np.tanh(self.value)
        return Sized(float(value), float((1 - value**2) * self.size + abs(value)))

    def __mul__(self, other: Sized) -> Sized:
        return Sized(self.value * other.value, abs(self.value) * other.size + abs(other.value) * self.size)

    def __add__(self, other: Sized) -> Sized:
        return Sized(self.value + other.value, self.size + other.size)


def exact(value: float) -> Sized:
    """A number without rounding errors of a sum."""
    return Sized(value, abs(value))


@break_down.register
def lstm(layer: LSTM, query: Query) -> Result:
    """The four gates of a unit, its cell and its output; further tops belong to the last step."""
    step, n, d = _place(query)
    state, cont = _before(layer, query, step), float(query.bottoms[1][step, n])
    groups, gates, running = [], [], Running(0, 0)
    for g, name in enumerate(GATES):
        row = g * layer.num_output + d
        products, total = _input_products(layer, query, step, n, row, f"{name}: ")
        hidden = _state_products(layer, query, state[0][n], row, cont)
        groups += products
        gates.append(_gate(running, f"{name}, row {row}", len(products), total, hidden, _bias(query, row)))
    cell, _ = _unit(running, gates, exact(float(state[1][n, d])), cont)
    if query.top == 2:
        running.to(f"c of step {step}", cell.value, cell.size)
    cell_formula = "cont * sigmoid(f) * c before + sigmoid(i) * tanh(g)"
    formula = cell_formula if query.top == 2 else f"sigmoid(o) * tanh(c), c = {cell_formula}"
    return Result(f"{query.y} = {formula}, at step {step}", tuple(groups), running)


@break_down.register
def lstm_of_text_nets(layer: Lstm, query: Query) -> Result:
    """As of LSTM: bottoms and parameters are the same in another form."""
    bottoms = layer.as_lstm(query.bottoms)
    steps_first = (*bottoms[0].shape[:2], layer.num_output)
    inner = replace(
        query,
        at=tuple(_same_place(np.array([query.at]), query.top_shape, steps_first)[0].tolist()),
        bottoms=tuple(bottoms),
        names=(query.names[0], query.names[-1]),
        params=layer.in_order(query.params),
    )
    result = lstm(layer, inner)
    groups = [
        replace(group, places=_same_place(group.places, bottoms[0].shape, query.shapes[0]))
        for group in result.groups
    ]
    return replace(result, formula=result.formula.replace(inner.y, query.y, 1), groups=tuple(groups))


def _same_place(places: Places, shape: Shape, other: Shape) -> Places:
    """The places of the same values in an array of another shape."""
    return places_at(np.ravel_multi_index(tuple(places.T), shape), other)


@break_down.register
def rnn(layer: RNN, query: Query) -> Result:
    """The output of the unit from the whole hidden state of the step.

    The second top is a value of that hidden state; its breakdown lists the products of the input and the state before.
    """
    step, n, d = _place(query)
    state, cont = _before(layer, query, step), float(query.bottoms[1][step, n])
    running = Running(0, 0)
    if query.top:
        groups, total = _input_products(layer, query, step, n, d, "")
        hidden = _state_products(layer, query, state[0][n], d, cont)
        h = _gate(running, f"row {d}", len(groups), total, hidden, _bias(query, d)).tanh()
        running.to("tanh", h.value, h.size)
        return Result(
            f"{query.y} = h of step {step} = tanh(w_xh x + b + w_hh h before)", tuple(groups), running
        )
    after = _before(layer, query, step + 1)[0][n].astype(np.float64)
    products = after * query.params[-2][d].astype(np.float64)
    size = float(abs(products).sum())
    running.to(f"w_ho h: {len(products)} products", float(products.sum()), size)
    running.plus(f"b_o[{d}]", float(query.params[-1][d]))
    squashed = float(np.tanh(running.value))
    running.through("tanh", squashed, 1 - squashed**2)
    reads, _ = _inputs(layer, query, step, n)
    values = tuple(
        query.context(f"{name}, an input of h at step {step}", places, bottom)
        for name, places, bottom in reads
    )
    return Result(f"{query.y} = tanh(w_ho h + b_o), h that of step {step}", values, running)


@break_down.register
def lstm_unit(layer: LSTMUnit, query: Query) -> Result:
    """The inputs of the four gates, the cell before, and whether the sequence continues."""
    _, n, d = query.at
    units = query.shapes[0][2]
    x = [query.one((0, n, g * units + d), bottom=1) for g in range(4)]
    cell, cont = query.one(), query.one((0, n), bottom=2, auxiliary=True)
    running = Running(0, 0)
    gates = [exact(one.subtotal) for one in x]
    new_cell, _ = _unit(running, gates, exact(cell.subtotal), cont.subtotal)
    if query.top == 0:
        running.to("c", new_cell.value, new_cell.size)
    cell_formula = "cont * sigmoid(f) * c + sigmoid(i) * tanh(g)"
    formula = cell_formula if query.top == 0 else f"sigmoid(o) * tanh({cell_formula})"
    return Result(f"{query.y} = {formula}", (*x, cell, cont), running)


def _place(query: Query) -> tuple[int, int, int]:
    """Step, sequence and unit; further tops belong to the last step."""
    step, n, d = query.at
    return (step if query.top == 0 else query.shapes[0][0] - 1), n, d


def _before(layer: Recurrent, query: Query, step: int) -> State:
    """The state before a step: the layer runs the earlier steps from the state it starts with."""
    x, cont, *others = query.bottoms
    initial = tuple(h[0] for h in others[int(layer.static) :])
    start = initial or layer.state(x.shape[1])
    if not step:
        return start
    return layer.run([x[:step], cont[:step], *others], query.params)[1]


def _inputs(
    layer: Recurrent, query: Query, step: int, n: int
) -> tuple[list[tuple[str, Places, int]], list[Array]]:
    """Name, places and bottom of each input of a step, and the weights of each."""
    reads = [("x", grid(step, n, *map(range, query.shapes[0][2:])), 0)]
    weights = [query.params[0]]
    if layer.static:
        reads.append(("static input", grid(n, *map(range, query.shapes[2][1:])), 2))
        weights.append(query.params[2])
    return reads, weights


def _input_products(
    layer: Recurrent, query: Query, step: int, n: int, row: int, gate: str
) -> tuple[list[Group], Sized]:
    """The products of the inputs, and their sum."""
    reads, weights = _inputs(layer, query, step, n)
    groups = [
        query.group(f"{gate}{name}", places, bottom=bottom, factors=weight[row])
        for (name, places, bottom), weight in zip(reads, weights, strict=True)
    ]
    value = sum(group.subtotal for group in groups)
    return groups, Sized(value, sum(float(abs(group.parts).sum()) for group in groups))


def _state_products(layer: Recurrent, query: Query, h: Array, row: int, cont: float) -> Sized:
    """The products of the state before."""
    weight = query.params[3 if layer.static else 2][row].astype(np.float64)
    products = weight * (np.float32(cont) * h)
    return Sized(float(products.sum()), float(abs(products).sum()))


def _bias(query: Query, row: int) -> Sized:
    return exact(float(query.params[1][row]))


def _gate(running: Running, name: str, inputs: int, total: Sized, hidden: Sized, bias: Sized) -> Sized:
    """Record the steps to the input of a gate."""
    running.to(
        f"{name}: {'products of x' if inputs == 1 else 'products of x and of the static input'}",
        total.value,
        total.size,
    )
    running.plus("w_h h, of the step before", hidden.value, hidden.size)
    running.plus("bias", bias.value)
    return Sized(running.value, running.size)


def _unit(running: Running, gates: Sequence[Sized], cell: Sized, cont: float) -> tuple[Sized, Sized]:
    """Record the steps from the gates to the cell and the output; returns both."""
    i, f, o = (gate.sigmoid() for gate in gates[:3])
    g = gates[3].tanh()
    for name, gate in (("sigmoid(i)", i), ("sigmoid(f)", f), ("sigmoid(o)", o), ("tanh(g)", g)):
        running.to(name, gate.value, gate.size)
    if cont:
        kept = exact(cont) * f * cell
        running.to(f"{cont:g} * sigmoid(f) * c before", kept.value, kept.size, cell.value)
    else:
        kept = exact(0.0)
        running.to("a new sequence: the cell starts at 0", 0, 0)
    new_cell = kept + i * g
    running.to("c, with + sigmoid(i) * tanh(g)", new_cell.value, new_cell.size)
    h = o * new_cell.tanh()
    running.to("h = sigmoid(o) * tanh(c)", h.value, h.size)
    return new_cell, h
