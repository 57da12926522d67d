"""FlowNet's layers: Resample, Correlation, FlowWarp."""

from __future__ import annotations

import numpy as np

from prototxt.explain.breakdown.layers.moved import moved_from_first
from prototxt.explain.breakdown.query import Query, Result, added, grid
from prototxt.explain.breakdown.running import Running
from prototxt.layers.correlation import Correlation
from prototxt.layers.flow_warp import FlowWarp
from prototxt.layers.resample import Resample


def resample(layer: Resample, query: Query) -> Result:
    """The pixels around the place that the value looks at, by how near they are."""
    if layer.method == "NEAREST":
        return moved_from_first(layer, query)
    n, c, y, x = query.at
    taps = layer.taps(query.shapes[0], query.top_shape[2:])
    (rows, by_row), (columns, by_column) = (
        (pixels[i][weights[i] != 0], weights[i][weights[i] != 0].astype(np.float64))
        for (pixels, weights), i in zip(taps, (y, x), strict=True)
    )
    group = query.group(
        f"channel {c}",
        grid(n, c, rows.tolist(), columns.tolist()),
        factors=np.outer(by_row, by_column),
        shape=(len(rows), len(columns)),
    )
    reads = query.x((n, c, "rows", "columns"))
    return Result(f"{query.y} = sum of {reads} by nearness ({layer.method})", (group,), added([group]))


def correlation(layer: Correlation, query: Query) -> Result:
    """A patch of one map times (or less) a patch of the other, channel by channel."""
    n, q, *place = query.at
    dy, dx = layer.displacement(q)
    channels, size = query.shapes[0][1], layer.kernel_size
    i, j = (layer.stride_1 * at + layer.max_displacement - layer.pad for at in place)
    here = grid(n, range(channels), range(i, i + size), range(j, j + size))
    there = query.aside("", here + np.array([0, 0, dy, dx]), 1)
    title = "channels" if size == 1 else "channels and patch"
    second = query.x((n, "c", *(_from(start, d, size) for start, d in ((i, dy), (j, dx)))), 1)
    first = query.x((n, "c", _from(i, 0, size), _from(j, 0, size)))
    if layer.subtract:
        group = query.group(title, here, parts=lambda x: abs(x - there.values))
        said = f"|{first} - {second}|"
    else:
        group = query.group(title, here, factors=there.values)
        said = f"{first} * {second}"
    over = "c" if size == 1 else "c, u, v"
    running = added([group]).over(f"{len(group)}", len(group))
    return Result(f"{query.y} = mean over {over} of {said}", (group,), running)


def _from(start: int, displacement: int, size: int) -> str:
    first = start + displacement
    return f"{first}" if size == 1 else f"{first}..{first + size - 1}"


def flow_warp(layer: FlowWarp, query: Query) -> Result:
    """The four pixels around where the flow points to."""
    n, c, y, x = query.at
    flow = query.aside("flow, along W and H", grid(n, range(2), y, x), 1)
    across = float(np.float32(x) + np.float32(flow.values[0]))
    down = float(np.float32(y) + np.float32(flow.values[1]))
    height, width = query.shapes[0][2:]
    formula = f"{query.y} = {query.x((n, c, f'{down:.6g}', f'{across:.6g}'))}, between pixels by nearness"
    if not (0 <= across < width and 0 <= down < height):
        running = Running(0, 0).to("the flow points out of the image", layer.fill, 0)
        return Result(formula, (flow,), running)
    rows, by_row = _two(down, height)
    columns, by_column = _two(across, width)
    group = query.group(
        f"channel {c}", grid(n, c, rows, columns), factors=np.outer(by_row, by_column), shape=(2, 2)
    )
    return Result(formula, (group, flow), added([group]))


def _two(place: float, length: int) -> tuple[list[int], list[float]]:
    """Both neighbours along an axis and how near they are."""
    low = int(place)
    far = place - low
    return [low, min(low + 1, length - 1)], [1 - far, far]
