"""Normalize and MVN: a value scaled by a norm or by the statistics of many values; Reduction."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from prototxt.explain.breakdown.model import Numbers, Places
from prototxt.explain.breakdown.query import Query, Result, grid, sum_of
from prototxt.explain.breakdown.rules import break_down
from prototxt.explain.breakdown.running import Running
from prototxt.explain.breakdown.statistics import measure, record_statistics
from prototxt.layers.common.axes import four_axes
from prototxt.layers.l2_norm import L2Norm
from prototxt.layers.mvn import MVN
from prototxt.layers.norm import EPS, Norm
from prototxt.layers.normalize import Normalize
from prototxt.layers.reduction import Reduction


@break_down.register
def normalize(layer: Normalize, query: Query) -> Result:
    """The value over the norm of all channels at its place, or of the whole image."""
    n, c, *place = query.at
    _, channels, *spatial = query.shapes[0]
    where = [range(size) for size in spatial] if layer.across_spatial else place
    title = "squares of the image" if layer.across_spatial else "squares of all channels here"
    squares = query.group(title, grid(n, range(channels), *where), parts=lambda x: x * x, auxiliary=True)
    value = query.one()
    norm = float(np.sqrt(squares.subtotal + layer.eps))
    running = sum_of([value]).over("sqrt(sum of squares + eps)", norm)
    name = "scale" if layer.channel_shared else f"scale[{c}]"
    running.times(name, float(query.params[0].ravel()[0 if layer.channel_shared else c]))
    formula = f"{query.y} = {name} * {query.x(query.at)} / sqrt(sum of {title} + {layer.eps:g})"
    return Result(formula, (value, squares), running)


@break_down.register
def norm(layer: Norm, query: Query) -> Result:
    """The value over the norm of all channels at its place."""
    n, _, *place = query.at
    places = grid(n, range(query.shapes[0][1]), *place)
    return _over_norm(query, places, "squares of all channels here", EPS)


@break_down.register
def l2_norm(layer: L2Norm, query: Query) -> Result:
    """The value over the norm of its item."""
    places = grid(query.at[0], *map(range, query.shapes[0][1:]))
    return _over_norm(query, places, "squares of the item", 0)


def _over_norm(query: Query, places: Places, title: str, eps: float) -> Result:
    squares = query.group(title, places, parts=lambda x: x * x, auxiliary=True)
    value = query.one()
    name = f"sqrt(sum of {title})" + (f" + {eps:g}" if eps else "")
    divisor = float(np.sqrt(squares.subtotal)) + eps
    running = sum_of([value]).over(f"({name})" if eps else name, divisor)
    formula = f"{query.y} = {query.x(query.at)} / {f'({name})' if eps else name}"
    return Result(formula, (value, squares), running)


@break_down.register
def mvn(layer: MVN, query: Query) -> Result:
    """The value minus the mean of its channel (or image), over the standard deviation."""
    shape = query.shapes[0]
    n, c = query.at[:2]
    _, channels, *spatial = four_axes(shape)
    places = grid(n, range(channels) if layer.across_channels else c, *map(range, spatial))
    title = f"image {n}" if layer.across_channels else f"channel {c} of image {n}"
    statistics = measure(query, title, places[:, : len(shape)])
    value = query.one(query.at[: len(shape)])
    running = record_statistics(Running(0, 0), statistics, value.subtotal)
    running.minus("mean", statistics.mean, statistics.mean_size)
    formula = f"{query.y} = {query.x(query.at[: len(shape)])} - mean of {title}"
    if layer.normalize_variance:
        running.over("(sqrt(variance) + eps)", float(np.sqrt(statistics.variance)) + layer.eps)
        formula = f"{query.y} = (x - mean of {title}) / (sqrt(variance) + {layer.eps:g})"
    return Result(formula, (value, statistics.group), running)


@break_down.register
def reduction(layer: Reduction, query: Query) -> Result:
    """All values on the reduced axes."""
    rest = query.shapes[0][len(query.at) :]
    places = grid(*query.at, *map(range, rest))
    group = query.group(_TITLES[layer.operation], places, parts=_PARTS[layer.operation])
    running = sum_of([group])
    if layer.operation == "MEAN":
        running.over(str(len(group)), len(group))
    if layer.coeff != 1:
        running.times("coeff", layer.coeff)
    term = {"ASUM": "|x|", "SUMSQ": "x^2"}.get(layer.operation, "x")
    kind = "mean" if layer.operation == "MEAN" else "sum"
    coeff = "" if layer.coeff == 1 else f"{layer.coeff:g} * "
    formula = f"{query.y} = {coeff}{kind} of {term} over {len(group)} values of {query.names[0]}"
    return Result(formula, (group,), running)


def _identity(x: Numbers) -> Numbers:
    return x


_TITLES = {"SUM": "values", "MEAN": "values", "ASUM": "magnitudes", "SUMSQ": "squares"}

_PARTS: Mapping[str, Callable[[Numbers], Numbers]] = {
    "SUM": _identity,
    "MEAN": _identity,
    "ASUM": np.abs,
    "SUMSQ": np.square,
}
