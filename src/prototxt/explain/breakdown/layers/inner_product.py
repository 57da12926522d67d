"""InnerProduct: every input of an image times the weight that an output has for it."""

from __future__ import annotations

import numpy as np

from prototxt.blobs import Array, Shape, count
from prototxt.explain.breakdown.model import Group
from prototxt.explain.breakdown.query import Query, Result, added, check_terms, grid
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.embed import Embed
from prototxt.layers.inner_product import InnerProduct


def inner_product(layer: InnerProduct, query: Query) -> Result:
    """A group for each map of the bottom, where it has maps; else one group."""
    *batch, output = query.at
    weight = query.params[0][:, output] if layer.transpose else query.params[0][output]
    seen = query.shapes[0][canonical_axis(layer.axis, query.shapes[0]) :]
    terms = _by_map(query, batch, seen, weight)
    running = added(terms)
    row = f"k, {output}" if layer.transpose else f"{output}, k"
    reads = query.x((*batch, "k"))
    formula = f"sum over k = 0..{len(weight) - 1} of w[{row}] * {reads}"
    if layer.bias_term:
        formula = f"bias[{output}] + {formula}"
        running.plus(f"bias[{output}]", float(query.params[1][output]))
    return Result(f"{query.y} = {formula}", terms, running)


def _by_map(query: Query, batch: list[int], seen: Shape, weight: Array) -> tuple[Group, ...]:
    if len(seen) < 2 or count(seen[1:]) == 1:
        return (query.group("all inputs", grid(*batch, *map(range, seen)), factors=weight),)
    check_terms(count(seen))
    places = grid(*batch, 0, *map(range, seen[1:]))
    groups = []
    for channel, factors in enumerate(weight.reshape(seen[0], -1)):
        own = places.copy()
        own[:, len(batch)] = channel
        groups.append(query.group(f"channel {channel}", own, factors=factors, shape=seen[1:]))
    return tuple(groups)


def embed(layer: Embed, query: Query) -> Result:
    """The index picks a row of the table."""
    *place, output = query.at
    picked = query.one(place, side=True)
    row = int(np.trunc(query.value(place)))
    entry = float(query.params[0][row, output])
    running = added([picked]).to(f"w[{row}, {output}]", entry, abs(entry))
    formula = f"w[{query.x(place)}, {output}]"
    if layer.bias_term:
        formula += f" + bias[{output}]"
        running.plus(f"bias[{output}]", float(query.params[1][output]))
    return Result(f"{query.y} = {formula}", (picked,), running)
