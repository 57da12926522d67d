"""PriorBox: the edge of a box, from the place of its cell and the size of the box."""

from __future__ import annotations

from prototxt.explain.breakdown.query import Query, Result
from prototxt.explain.breakdown.rules import break_down
from prototxt.explain.breakdown.running import Running
from prototxt.layers.prior_box import PriorBox

EDGES = ("xmin", "ymin", "xmax", "ymax")


@break_down.register
def prior_box(layer: PriorBox, query: Query) -> Result:
    """An edge or a variance of a box; the layer reads the sizes of its bottoms, no values."""
    _, which, place = query.at
    box, edge = divmod(place, 4)
    cell, kind = divmod(box, layer.boxes)
    if which:
        variance = float(layer.variance[edge % len(layer.variance)])
        running = Running(0, 0).to(f"variance of {EDGES[edge]}", variance, variance)
        return Result(f"{query.y} = variance of {EDGES[edge]}", (), running)
    rows, columns = query.shapes[0][2:]
    height, width = layer.image or query.shapes[1][2:]
    down, across = layer.step or (height / rows, width / columns)
    row, column = divmod(cell, columns)
    along = edge % 2
    at, step, size = ((column, across, width), (row, down, height))[along]
    placed = layer.placed()
    half, offset, shift = (
        float(values[kind][along]) for values in (placed.sides / 2, placed.offsets, placed.shifts)
    )
    running = Running(0, 0).to(f"{('column', 'row')[along]} of the cell", at, at)
    running.plus("offset", offset).times("step", step)
    if kind < placed.kept_inside:
        running.plus("the shift of the box in its grid", shift)
    sign = "+" if edge > 1 else "-"
    (running.plus if edge > 1 else running.minus)("half the side of the box", half)
    running.over(f"{('width', 'height')[along]} of the image", size)
    if layer.clip:
        running.to("clipped to the image", min(max(running.value, 0), 1), running.size)
    elif kind < placed.kept_inside:
        kept = min(running.value, 1) if edge > 1 else max(running.value, 0)
        running.to("kept within the image", kept, running.size)
    formula = (
        f"{query.y} = {EDGES[edge]} of box {kind} of {layer.boxes} at cell {row}, {column} = "
        f"(({at} + {offset:g}) * {step:g}{f' + {shift:g}' if shift else ''} {sign} {2 * half:.6g} / 2) / {size:g}"
    )
    return Result(formula, (), running)
