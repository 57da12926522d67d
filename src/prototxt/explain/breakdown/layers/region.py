"""Region: one activation of darknet's region layer."""

from __future__ import annotations

import numpy as np

from prototxt.explain.breakdown.layers.neurons import logistic
from prototxt.explain.breakdown.layers.softmax import softmax_over
from prototxt.explain.breakdown.query import Account, Asked, added
from prototxt.layers.region import Region


def region(layer: Region, asked: Asked) -> Account:
    """A sigmoid, a softmax over the box's classes, or the value as it is."""
    n, channel, *place = asked.at
    box, own = divmod(channel, layer.coords + 1 + layer.classes)
    x, value = asked.x(asked.at), asked.one()
    if own > layer.coords and layer.softmax:
        first = channel - own + layer.coords + 1
        classes = np.array([(n, c, *place) for c in range(first, first + layer.classes)])
        return softmax_over(asked, classes, asked.x((n, f"{first} + k", *place)))
    running = added([value])
    if 2 <= own < layer.coords:
        what = f"log of the {('width', 'height')[own - 2]}" if own < 4 else "coordinate"
        return Account(f"{asked.y} = {x}: {what} of box {box}, as it is", (value,), running)
    what = (
        ("x in the cell", "y in the cell")[own]
        if own < 2
        else "objectness"
        if own == layer.coords
        else "class"
    )
    logistic(running)
    return Account(f"{asked.y} = sigmoid of {x}: {what} of box {box}", (value,), running)
