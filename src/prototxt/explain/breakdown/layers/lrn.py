"""LRN: the value, and the squares of the neighbours that it is divided by."""

from __future__ import annotations

from prototxt.blobs import count
from prototxt.explain.breakdown.layers.pooling import window_lengths
from prototxt.explain.breakdown.model import Group
from prototxt.explain.breakdown.query import Query, Result, grid, product_of
from prototxt.explain.breakdown.rules import break_down
from prototxt.explain.breakdown.running import Running
from prototxt.layers.lrn import LRN


@break_down.register
def lrn(layer: LRN, query: Query) -> Result:
    """First the denominator from the neighbourhood, then the value."""
    return _across(layer, query) if layer.across else _within(layer, query)


def _across(layer: LRN, query: Query) -> Result:
    n, c, *place = query.at
    half, size = layer.local_size // 2, layer.local_size
    neighbours = range(c - half, c + half + 1)
    squares = query.group(
        "squares across channels", grid(n, neighbours, *place), parts=lambda x: x * x, auxiliary=True
    )
    running = Running(0, 0).to("sum of squares", squares.subtotal, squares.subtotal)
    running.times(f"alpha / {size}", layer.alpha / size).plus("k", layer.k)
    formula = (
        f"{query.y} = x * ({layer.k:g} + {layer.alpha:g} / {size} * "
        f"sum of {query.x((n, f'{neighbours.start}..{neighbours.stop - 1}', *place))}^2)^-{layer.beta:g}"
    )
    return _scaled(layer, query, formula, squares, running)


def _within(layer: LRN, query: Query) -> Result:
    n, c, *place = query.at
    window, half = layer.window(query.shapes[0]), layer.local_size // 2
    assert window is not None
    lengths = window_lengths(window, place)
    lines = [range(y - half, y + half + 1) for y in place]
    squares = query.group(
        f"squares within channel {c}",
        grid(n, c, *lines),
        parts=lambda x: x * x,
        shape=window.kernel,
        auxiliary=True,
    )
    running = Running(0, 0).to("sum of squares", squares.subtotal, squares.subtotal)
    running.over(f"({product_of(lengths)})", count(lengths)).times("alpha", layer.alpha).plus("1", 1)
    reads = query.x((n, c, *(f"{line.start}..{line.stop - 1}" for line in lines)))
    formula = (
        f"{query.y} = x * (1 + {layer.alpha:g} / ({product_of(lengths)}) * sum of {reads}^2)^-{layer.beta:g}"
    )
    return _scaled(layer, query, formula, squares, running)


def _scaled(layer: LRN, query: Query, formula: str, squares: Group, running: Running) -> Result:
    value = query.one()
    running.power(f"-{layer.beta:g}", -layer.beta).times(f"x = {query.x(query.at)}", query.value(query.at))
    return Result(formula, (value, squares), running)
