"""Region: one activation of darknet's region layer."""

from __future__ import annotations

import numpy as np

from prototxt.explain.breakdown.layers.neurons import logistic
from prototxt.explain.breakdown.layers.softmax import softmax_over
from prototxt.explain.breakdown.query import Query, Result, added
from prototxt.layers.region import Region


def region(layer: Region, query: Query) -> Result:
    """A sigmoid, a softmax over the box's classes, or the value as it is."""
    n, channel, *place = query.at
    box, own = divmod(channel, layer.coords + 1 + layer.classes)
    x, value = query.x(query.at), query.one()
    if own > layer.coords and layer.softmax:
        first = channel - own + layer.coords + 1
        classes = np.array([(n, c, *place) for c in range(first, first + layer.classes)])
        return softmax_over(query, classes, query.x((n, f"{first} + k", *place)))
    running = added([value])
    if 2 <= own < layer.coords:
        what = f"log of the {('width', 'height')[own - 2]}" if own < 4 else "coordinate"
        return Result(f"{query.y} = {x}: {what} of box {box}, as it is", (value,), running)
    what = (
        ("x in the cell", "y in the cell")[own]
        if own < 2
        else "objectness"
        if own == layer.coords
        else "class"
    )
    logistic(running)
    return Result(f"{query.y} = sigmoid of {x}: {what} of box {box}", (value,), running)
