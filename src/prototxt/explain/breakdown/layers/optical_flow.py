"""The layers of FlowNet: Resample, Correlation, FlowWarp."""

from __future__ import annotations

import numpy as np

from prototxt.explain.breakdown.layers.data_movement import traced_to_first
from prototxt.explain.breakdown.query import Query, Result, grid, sum_of
from prototxt.explain.breakdown.rules import break_down
from prototxt.explain.breakdown.running import Running
from prototxt.layers.correlation import Correlation
from prototxt.layers.flow_warp import FlowWarp
from prototxt.layers.resample import Resample


@break_down.register
def resample(layer: Resample, query: Query) -> Result:
    """The pixels around the sampled place, weighted by proximity."""
    if layer.method == "NEAREST":
        return traced_to_first(layer, query)
    n, c, y, x = query.at
    taps = layer.taps(query.shapes[0], query.top_shape[2:])
    (rows, row_weights), (columns, column_weights) = (
        (pixels[i][weights[i] != 0], weights[i][weights[i] != 0].astype(np.float64))
        for (pixels, weights), i in zip(taps, (y, x), strict=True)
    )
    group = query.group(
        f"channel {c}",
        grid(n, c, rows.tolist(), columns.tolist()),
        factors=np.outer(row_weights, column_weights),
        shape=(len(rows), len(columns)),
    )
    reads = query.x((n, c, "rows", "columns"))
    formula = f"{query.y} = sum of {reads} weighted by proximity ({layer.method})"
    return Result(formula, (group,), sum_of([group]))


@break_down.register
def correlation(layer: Correlation, query: Query) -> Result:
    """A patch of one map times (or minus) a patch of the other, channel by channel."""
    n, q, *place = query.at
    dy, dx = layer.displacement(q)
    channels, size = query.shapes[0][1], layer.kernel_size
    i, j = (layer.stride_1 * at + layer.max_displacement - layer.pad for at in place)
    first_patch = grid(n, range(channels), range(i, i + size), range(j, j + size))
    second_patch = query.context("", first_patch + np.array([0, 0, dy, dx]), 1)
    title = "channels" if size == 1 else "channels and patch"
    second = query.x((n, "c", *(_span_text(start, d, size) for start, d in ((i, dy), (j, dx)))), 1)
    first = query.x((n, "c", _span_text(i, 0, size), _span_text(j, 0, size)))
    if layer.subtract:
        group = query.group(title, first_patch, parts=lambda x: abs(x - second_patch.values))
        term = f"|{first} - {second}|"
    else:
        group = query.group(title, first_patch, factors=second_patch.values)
        term = f"{first} * {second}"
    over = "c" if size == 1 else "c, u, v"
    running = sum_of([group]).over(f"{len(group)}", len(group))
    return Result(f"{query.y} = mean over {over} of {term}", (group,), running)


def _span_text(start: int, displacement: int, size: int) -> str:
    first = start + displacement
    return f"{first}" if size == 1 else f"{first}..{first + size - 1}"


@break_down.register
def flow_warp(layer: FlowWarp, query: Query) -> Result:
    """The four pixels around the place that the flow points to."""
    n, c, y, x = query.at
    flow = query.context("flow, along W and H", grid(n, range(2), y, x), 1)
    across = float(np.float32(x) + np.float32(flow.values[0]))
    down = float(np.float32(y) + np.float32(flow.values[1]))
    height, width = query.shapes[0][2:]
    formula = f"{query.y} = {query.x((n, c, f'{down:.6g}', f'{across:.6g}'))}, interpolated between pixels"
    if not (0 <= across < width and 0 <= down < height):
        running = Running(0, 0).to("the flow points outside of the image", layer.fill, 0)
        return Result(formula, (flow,), running)
    rows, row_weights = _neighbours(down, height)
    columns, column_weights = _neighbours(across, width)
    group = query.group(
        f"channel {c}", grid(n, c, rows, columns), factors=np.outer(row_weights, column_weights), shape=(2, 2)
    )
    return Result(formula, (group, flow), sum_of([group]))


def _neighbours(place: float, length: int) -> tuple[list[int], list[float]]:
    """Both neighbours along an axis and their weights."""
    low = int(place)
    far = place - low
    return [low, min(low + 1, length - 1)], [1 - far, far]
