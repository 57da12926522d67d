"""InnerProduct and Embed: every input times its weight; a row of a table."""

from __future__ import annotations

import numpy as np

from prototxt.blobs import Array, Shape, count
from prototxt.explain.breakdown.model import Group
from prototxt.explain.breakdown.query import Query, Result, check_terms, grid, sum_of
from prototxt.explain.breakdown.rules import break_down
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.embed import Embed
from prototxt.layers.inner_product import InnerProduct


@break_down.register
def inner_product(layer: InnerProduct, query: Query) -> Result:
    """A group for each map of the bottom, or one group where the bottom has no maps."""
    *batch, output = query.at
    weight = query.params[0][:, output] if layer.transpose else query.params[0][output]
    inputs = query.shapes[0][canonical_axis(layer.axis, query.shapes[0]) :]
    terms = _by_map(query, batch, inputs, weight)
    running = sum_of(terms)
    row = f"k, {output}" if layer.transpose else f"{output}, k"
    reads = query.x((*batch, "k"))
    formula = f"sum over k = 0..{len(weight) - 1} of w[{row}] * {reads}"
    if layer.bias_term:
        formula = f"bias[{output}] + {formula}"
        running.plus(f"bias[{output}]", float(query.params[1][output]))
    return Result(f"{query.y} = {formula}", terms, running)


def _by_map(query: Query, batch: list[int], inputs: Shape, weight: Array) -> tuple[Group, ...]:
    if len(inputs) < 2 or count(inputs[1:]) == 1:
        return (query.group("all inputs", grid(*batch, *map(range, inputs)), factors=weight),)
    check_terms(count(inputs))
    places = grid(*batch, 0, *map(range, inputs[1:]))
    groups = []
    for channel, factors in enumerate(weight.reshape(inputs[0], -1)):
        own = places.copy()
        own[:, len(batch)] = channel
        groups.append(query.group(f"channel {channel}", own, factors=factors, shape=inputs[1:]))
    return tuple(groups)


@break_down.register
def embed(layer: Embed, query: Query) -> Result:
    """The entry of the table row that the index selects."""
    *place, output = query.at
    selected = query.one(place, auxiliary=True)
    row = int(np.trunc(query.value(place)))
    entry = float(query.params[0][row, output])
    running = sum_of([selected]).to(f"w[{row}, {output}]", entry, abs(entry))
    formula = f"w[{query.x(place)}, {output}]"
    if layer.bias_term:
        formula += f" + bias[{output}]"
        running.plus(f"bias[{output}]", float(query.params[1][output]))
    return Result(f"{query.y} = {formula}", (selected,), running)
