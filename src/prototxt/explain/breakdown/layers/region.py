"""Region: one activation of darknet's region layer."""

from __future__ import annotations

import numpy as np

from prototxt.explain.breakdown.layers.neurons import logistic
from prototxt.explain.breakdown.layers.softmax import softmax_over
from prototxt.explain.breakdown.query import Query, Result, sum_of
from prototxt.explain.breakdown.rules import break_down
from prototxt.layers.region import Region


@break_down.register
def region(layer: Region, query: Query) -> Result:
    """A sigmoid, a softmax over the classes of the box, or the value unchanged."""
    n, channel, *place = query.at
    box, own = divmod(channel, layer.coords + 1 + layer.classes)
    x, value = query.x(query.at), query.one()
    if own > layer.coords and layer.softmax:
        first = channel - own + layer.coords + 1
        classes = np.array([(n, c, *place) for c in range(first, first + layer.classes)])
        return softmax_over(query, classes, query.x((n, f"{first} + k", *place)))
    running = sum_of([value])
    if 2 <= own < layer.coords:
        name = f"log of the {('width', 'height')[own - 2]}" if own < 4 else "coordinate"
        return Result(f"{query.y} = {x}: {name} of box {box}, unchanged", (value,), running)
    logistic(running)
    return Result(f"{query.y} = sigmoid of {x}: {_channel_name(layer, own)} of box {box}", (value,), running)


def _channel_name(layer: Region, own: int) -> str:
    """The meaning of a box's channel that goes through a sigmoid."""
    if own < 2:
        return ("x in the cell", "y in the cell")[own]
    return "objectness" if own == layer.coords else "class"
