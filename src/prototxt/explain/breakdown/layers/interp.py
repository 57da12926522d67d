"""Interp: bilinear interpolation between up to four neighbours."""

from __future__ import annotations

import numpy as np

from prototxt.explain.breakdown.query import Query, Result, grid, sum_of
from prototxt.explain.breakdown.rules import break_down
from prototxt.layers.common.axes import four_axes
from prototxt.layers.interp import Interp


@break_down.register
def interp(layer: Interp, query: Query) -> Result:
    """One group: the rows above and below, the columns left and right."""
    n, c, *place = query.at
    shape = four_axes(query.shapes[0])
    axes = zip(place, layer.cut(shape), query.top_shape[2:], strict=True)
    taps = [_taps(y, cut.start, cut.stop - cut.start, out) for y, cut, out in axes]
    (rows, row_weights), (columns, column_weights) = taps
    places = grid(n, c, rows, columns)[:, : len(query.shapes[0])]
    group = query.group(
        f"channel {c}",
        places,
        factors=np.outer(row_weights, column_weights),
        shape=(len(rows), len(columns)),
    )
    reads = query.x((n, c, "rows", "columns"))
    formula = f"{query.y} = sum of {reads} weighted by proximity, corners aligned"
    return Result(formula, (group,), sum_of([group]))


def _taps(y: int, start: int, old: int, new: int) -> tuple[list[int], list[float]]:
    """Both neighbours along an axis with their weights; the place is computed in float32, as the layer does."""
    if old == new:
        return [start + y], [1.0]
    ratio = np.float32(old - 1) / np.float32(new - 1) if new > 1 else np.float32(0)
    place = ratio * np.float32(y)
    low = min(int(place), old - 1)
    far = float(place - np.float32(low))
    if low == old - 1 or not far:
        return [start + low], [1.0]
    return [start + low, start + low + 1], [1 - far, far]
