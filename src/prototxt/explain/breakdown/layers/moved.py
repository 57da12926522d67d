"""Layers that only move values: where in the bottoms a value comes from.

Places in place of values go through the layer, one axis of each bottom after the other; what arrives at the asked
place says where it started. 0 stands for what comes from nowhere, such as padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from prototxt.blobs import Array
from prototxt.errors import LayerError
from prototxt.explain.breakdown.model import Place
from prototxt.explain.breakdown.query import Query, Result, added, index
from prototxt.explain.breakdown.running import Running
from prototxt.layers.base import Layer
from prototxt.layers.dropout import Dropout
from prototxt.layers.parameter import Parameter


def moved(layer: Layer, query: Query) -> Result:
    """Any bottom may be where it comes from."""
    return _account(layer, query, range(len(query.bottoms)))


def moved_from_first(layer: Layer, query: Query) -> Result:
    """Values come from the first bottom; the others say where from."""
    return _account(layer, query, (0,))


def moved_from_same(layer: Layer, query: Query) -> Result:
    """Values come from the bottom with the top's own number; the last says which are let through."""
    return _account(layer, query, (query.top,))


def _account(layer: Layer, query: Query, sources: Sequence[int]) -> Result:
    source = _trace(layer, query, sources, lambda i: np.full(query.shapes[i], i + 1, np.float32))
    if not source:
        return Result(f"{query.y} = 0: nothing lands here", (), Running(0, 0).to("nothing lands here", 0, 0))
    bottom = source - 1
    shape = query.shapes[bottom]
    at: Place = tuple(
        _trace(layer, query, sources, lambda i, axis=axis: _places(query.shapes[i], axis)) - 1
        for axis in range(len(shape))
    )
    value = query.one(at, bottom=bottom)
    return Result(f"{query.y} = {query.x(at, bottom)}", (value,), added([value]))


def _places(shape: tuple[int, ...], axis: int) -> Array:
    """Every value's index on an axis, from 1 on."""
    if axis >= len(shape):
        return np.zeros(shape, np.float32)
    line = np.arange(1, shape[axis] + 1, dtype=np.float32)
    return np.broadcast_to(line.reshape(-1, *(1,) * (len(shape) - axis - 1)), shape)


def _trace(layer: Layer, query: Query, sources: Sequence[int], stand_in: Any) -> int:
    """What arrives at the asked place where `stand_in` gives what starts."""
    bottoms = [stand_in(i) if i in sources else x for i, x in enumerate(query.bottoms)]
    return int(layer.forward(bottoms, query.params)[query.top][query.at])


def parameter(layer: Parameter, query: Query) -> Result:
    """The learned array itself."""
    value = float(query.params[0][query.at])
    running = Running(0, 0).to(f"w{index(query.at)}, as learned", value, abs(value))
    return Result(f"{query.y} = w{index(query.at)}", (), running)


def dropout(layer: Dropout, query: Query) -> Result:
    """At TEST a value stays as it is."""
    if layer.drops:
        raise LayerError(
            "it draws at random which values it drops: no sum to show", hint="explain phase TEST"
        )
    value = query.one()
    return Result(f"{query.y} = {query.x(query.at)}", (value,), added([value]))
