"""Pooling and SPP: the values of one window, and which is the largest or what their sum is divided by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from prototxt.blobs import TRAIN, count
from prototxt.errors import LayerError
from prototxt.explain.axis_names import axis_names
from prototxt.explain.breakdown.model import Group, Numbers
from prototxt.explain.breakdown.query import Query, Result, grid, product_of, sum_of
from prototxt.explain.breakdown.rules import break_down, reason_against
from prototxt.explain.breakdown.running import Running
from prototxt.layers.common.maximum import LOWEST
from prototxt.layers.common.window import Window
from prototxt.layers.pooling import Pooling
from prototxt.layers.spp import SPP


@reason_against.register
def stochastic(layer: Pooling | SPP) -> str:
    """Stochastic pooling samples while training; the other methods are deterministic."""
    samples = layer.method == "STOCHASTIC" and layer.phase == TRAIN
    return "STOCHASTIC pooling samples a value at random in phase TRAIN: no sum to show" if samples else ""


@break_down.register
def pooling(layer: Pooling, query: Query) -> Result:
    """One group: the window, including what reaches over the edge."""
    if why := reason_against(layer):
        raise LayerError(why)
    return _pooled(layer.method, layer.window(query.shapes[0]), query)


def _pooled(method: str, window: Window, query: Query) -> Result:
    n, c, *place = query.at
    starts = [s * y - p for y, s, p in zip(place, window.stride, window.pad, strict=True)]
    lines = [range(start, start + k) for start, k in zip(starts, window.kernel, strict=True)]
    values = query.group(f"channel {c}", grid(n, c, *lines), shape=window.kernel)
    reads = query.x((n, c, *(f"{line.start}..{line.stop - 1}" for line in lines)))
    if method == "MAX":
        return _largest(query, values, reads)
    if method == "AVE":
        return _average(query, window, values, reads)
    return _expected(query, values, reads)


def _largest(query: Query, window: Group, reads: str) -> Result:
    """Only the first of the largest values contributes; a second top is its index."""
    values = np.where(window.inside, window.values, -np.inf)
    winner = int(np.argmax(values))
    wins = values[winner] > LOWEST
    value = float(values[winner]) if wins else LOWEST
    parts: Numbers = np.zeros(len(window))
    parts[winner] = value if wins else 0
    step = f"the largest of {int(window.inside.sum())}" if wins else "no value is inside: the lowest float32"
    running = Running(value, abs(value)).to(step, value, abs(value))
    formula = f"{query.y} = max of {reads}"
    if query.top == 1:
        spatial = query.shapes[0][2:]
        names = [names.place for names in axis_names(len(spatial))]
        formula = f"{query.y} = index of the first max of {reads}, as {_in_order(names, spatial)}"
        place = tuple(map(int, window.places[winner, 2:]))
        step = f"its index: {_in_order(place, spatial)}" if wins else "none"
        running.to(step, int(np.ravel_multi_index(place, spatial)) if wins else -1, 0)
    group = replace(window, parts=parts, subtotal=value, selects=True, winner=winner if wins else None)
    return Result(formula, (group,), running)


def _in_order(place: Sequence[object], spatial: Sequence[int]) -> str:
    """`row * 7 + column`: the index of a place in an image of this size, `(slice * 5 + row) * 7 + column` in a clip."""
    text = str(place[0])
    for i, (name, length) in enumerate(zip(place[1:], spatial[1:], strict=True)):
        text = f"{f'({text})' if i else text} * {length} + {name}"
    return text


def window_lengths(window: Window, place: Sequence[int]) -> list[int]:
    """The divisors of AVE along each axis: the length of the window, with its padding where that counts."""
    return [axis.divisors()[y] for axis, y in zip(window.axes, place, strict=True)]


def _average(query: Query, window: Window, values: Group, reads: str) -> Result:
    lengths = window_lengths(window, query.at[2:])
    running = sum_of([values]).over(f"({product_of(lengths)})", count(lengths))
    what = "padding counts, what lies after it does not" if window.counts_pad else "padding does not count"
    note = "" if values.inside.all() else f" ({what})"
    return Result(f"{query.y} = sum of {reads} / ({product_of(lengths)}){note}", (values,), running)


def _expected(query: Query, values: Group, reads: str) -> Result:
    """The expectation of stochastic pooling in phase TEST."""
    total = float(values.values.sum()) + float(np.finfo(np.float32).tiny)
    squares = replace(values, parts=values.values**2, subtotal=float((values.values**2).sum()))
    running = sum_of([squares]).over("the sum of the values", total, float(np.abs(values.values).sum()))
    return Result(f"{query.y} = sum of squares / sum of {reads}", (squares,), running)


@break_down.register
def spp(layer: SPP, query: Query) -> Result:
    """The pooling of the pyramid level that holds the queried place."""
    if why := reason_against(layer):
        raise LayerError(why)
    place = query.at[1] if layer.pyramid_height > 1 else 0
    for window in layer.windows(query.shapes[0]):
        if layer.pyramid_height == 1:
            return _pooled(layer.method, window, query)
        shape = (query.shapes[0][1], *window.out)
        if place < count(shape):
            at = (query.at[0], *map(int, np.unravel_index(place, shape)))
            return _pooled(layer.method, window, replace(query, at=at, top_shape=(query.at[0], *shape)))
        place -= count(shape)
    raise LayerError(f"no level of the pyramid holds place {query.at[1]}")
