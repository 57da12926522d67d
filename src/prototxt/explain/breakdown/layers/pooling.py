"""Pooling: the values of one window, which of them is the largest, or what their sum is divided by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prototxt.blobs import TRAIN, count
from prototxt.errors import LayerError
from prototxt.explain.breakdown.model import Group, Numbers
from prototxt.explain.breakdown.query import Query, Result, added, grid, product_of
from prototxt.explain.breakdown.running import Running
from prototxt.layers.common.pool_window import pool_divisors
from prototxt.layers.common.window import Window
from prototxt.layers.pooling import LOWEST, Pooling
from prototxt.layers.spp import SPP


def drawn(layer: Pooling) -> str:
    """That chance makes the values; nothing where it does not."""
    draws = layer.method == "STOCHASTIC" and layer.phase == TRAIN
    return "STOCHASTIC pooling draws a value at random in phase TRAIN: no sum to show" if draws else ""


def pooling(layer: Pooling, query: Query) -> Result:
    """One group: the window, with what hangs over the edge."""
    if why := drawn(layer):
        raise LayerError(why)
    window = layer.window(query.shapes[0])
    n, c, *place = query.at
    starts = [s * y - p for y, s, p in zip(place, window.stride, window.pad, strict=True)]
    lines = [range(start, start + k) for start, k in zip(starts, window.kernel, strict=True)]
    seen = query.group(f"channel {c}", grid(n, c, *lines), shape=window.kernel)
    reads = query.x((n, c, *(f"{line.start}..{line.stop - 1}" for line in lines)))
    if layer.method == "MAX":
        return _largest(query, seen, reads)
    if layer.method == "AVE":
        return _average(query, window, seen, reads)
    return _expected(query, seen, reads)


def _largest(query: Query, seen: Group, reads: str) -> Result:
    """Only the first of the largest adds to the value."""
    values = np.where(seen.inside, seen.values, -np.inf)
    best = int(np.argmax(values))
    wins = values[best] > LOWEST
    value = float(values[best]) if wins else LOWEST
    parts: Numbers = np.zeros(len(seen))
    parts[best] = value if wins else 0
    within = int(seen.inside.sum())
    said = f"the largest of {within}" if within else "no value is inside: the lowest that float32 has"
    running = Running(value, abs(value)).to(said, value, abs(value))
    formula = f"{query.y} = max of {reads}"
    if query.top == 1:
        formula = f"{query.y} = place of the first max of {reads}, as row * {query.shapes[0][3]} + column"
        row, column = seen.places[best, 2:]
        position = int(row * query.shapes[0][3] + column) if wins else -1
        running.to(f"its place: {row} * {query.shapes[0][3]} + {column}" if wins else "none", position, 0)
    return Result(
        formula,
        (replace(seen, parts=parts, subtotal=value, picks=True, winner=best if wins else None),),
        running,
    )


def divisor(window: Window, shape: tuple[int, ...], out: tuple[int, ...], place: list[int]) -> list[int]:
    """What AVE divides by, along each axis: the window's length with its padding."""
    axes = zip(shape, out, window.kernel, window.stride, window.pad, strict=True)
    return [pool_divisors(*axis)[y] for axis, y in zip(axes, place, strict=True)]


def _average(query: Query, window: Window, seen: Group, reads: str) -> Result:
    lengths = divisor(window, query.shapes[0][2:], query.top_shape[2:], list(query.at[2:]))
    running = added([seen]).over(f"({product_of(lengths)})", count(lengths))
    note = " (padding counts, what hangs over behind it does not)" if not seen.inside.all() else ""
    return Result(f"{query.y} = sum of {reads} / ({product_of(lengths)}){note}", (seen,), running)


def _expected(query: Query, seen: Group, reads: str) -> Result:
    total = float(seen.values.sum()) + float(np.finfo(np.float32).tiny)
    squares = replace(seen, parts=seen.values**2, subtotal=float((seen.values**2).sum()))
    running = added([squares]).over("the sum of the values", total, float(np.abs(seen.values).sum()))
    return Result(f"{query.y} = sum of squares / sum of {reads}", (squares,), running)


def spp(layer: SPP, query: Query) -> Result:
    """The pooling of the level that the place lies in."""
    place = query.at[1] if layer.pyramid_height > 1 else 0
    for level in layer.levels(query.shapes[0]):
        (shape,) = level.shapes(query.shapes)
        if layer.pyramid_height == 1:
            return pooling(level, query)
        size = count(shape[1:])
        if place < size:
            at = (query.at[0], *map(int, np.unravel_index(place, shape[1:])))
            return pooling(level, replace(query, at=at, top_shape=shape))
        place -= size
    raise LayerError(f"no level of the pyramid holds place {query.at[1]}")
