"""Softmax: the value's own exponential, and all those that it shares with."""

from __future__ import annotations

import numpy as np

from prototxt.explain.breakdown.model import Places
from prototxt.explain.breakdown.query import Account, Asked, grid
from prototxt.explain.breakdown.running import Running
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.softmax import Softmax


def softmax(layer: Softmax, asked: Asked) -> Account:
    """Along the layer's axis."""
    return softmax_along(layer.axis, asked)


def softmax_along(axis: int, asked: Asked) -> Account:
    """The maximum is taken off first, as the engine does."""
    shape = asked.shapes[0]
    axis = canonical_axis(axis, shape)
    line = grid(*(range(shape[axis]) if i == axis else place for i, place in enumerate(asked.at)))
    reads = asked.x(["k" if i == axis else place for i, place in enumerate(asked.at)])
    return softmax_over(asked, line, reads)


def softmax_over(asked: Asked, line: Places, reads: str) -> Account:
    """Over the values at these places, which formulas write as `reads`."""
    most = float(asked.bottoms[0][tuple(line.T)].max())
    powers = asked.group("exp(x - max)", line, parts=lambda x: np.exp(x - most), side=True)
    value = asked.one()
    running = Running(value.subtotal, abs(value.subtotal)).minus("max", most)
    power = float(np.exp(running.value))
    running.through("exp", power, power)
    running.over(f"sum of {len(powers)} exponentials", powers.subtotal)
    formula = f"{asked.y} = exp({asked.x(asked.at)} - max) / sum over k of exp({reads} - max)"
    return Account(formula, (value, powers), running)
