"""Softmax: the exponential of the value over the sum of all exponentials along an axis."""

from __future__ import annotations

import numpy as np

from prototxt.explain.breakdown.model import Places
from prototxt.explain.breakdown.query import Query, Result, grid
from prototxt.explain.breakdown.rules import break_down
from prototxt.explain.breakdown.running import Running
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.softmax import Softmax


@break_down.register
def softmax(layer: Softmax, query: Query) -> Result:
    """The softmax along the layer's axis."""
    return softmax_along(layer.axis, query)


def softmax_along(axis: int, query: Query) -> Result:
    """The softmax along an axis; the maximum is subtracted first, as the engine does."""
    shape = query.shapes[0]
    axis = canonical_axis(axis, shape)
    line = grid(*(range(shape[axis]) if i == axis else place for i, place in enumerate(query.at)))
    reads = query.x(["k" if i == axis else place for i, place in enumerate(query.at)])
    return softmax_over(query, line, reads)


def softmax_over(query: Query, line: Places, reads: str) -> Result:
    """The softmax over the values at these places, which formulas write as `reads`."""
    largest = float(query.bottoms[0][tuple(line.T)].max())
    powers = query.group("exp(x - max)", line, parts=lambda x: np.exp(x - largest), auxiliary=True)
    value = query.one()
    running = Running(value.subtotal, abs(value.subtotal)).minus("max", largest)
    power = float(np.exp(running.value))
    running.through("exp", power, power)
    running.over(f"sum of {len(powers)} exponentials", powers.subtotal)
    formula = f"{query.y} = exp({query.x(query.at)} - max) / sum over k of exp({reads} - max)"
    return Result(formula, (value, powers), running)
