"""Layers that take the measure of many values: Normalize, MVN, Reduction."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from prototxt.explain.breakdown.model import Numbers
from prototxt.explain.breakdown.query import Query, Result, added, grid
from prototxt.explain.breakdown.running import Running
from prototxt.explain.breakdown.statistics import measured, told
from prototxt.layers.common.axes import four_axes
from prototxt.layers.mvn import MVN
from prototxt.layers.normalize import Normalize
from prototxt.layers.reduction import Reduction


def normalize(layer: Normalize, query: Query) -> Result:
    """The value over the norm of all channels at its place, or of the whole image."""
    n, c, *place = query.at
    _, channels, *spatial = query.shapes[0]
    where = [range(size) for size in spatial] if layer.across_spatial else place
    title = "squares of the image" if layer.across_spatial else "squares of all channels here"
    squares = query.group(title, grid(n, range(channels), *where), parts=lambda x: x * x, side=True)
    value = query.one()
    norm = float(np.sqrt(squares.subtotal + layer.eps))
    running = added([value]).over("sqrt(sum of squares + eps)", norm)
    name = "scale" if layer.channel_shared else f"scale[{c}]"
    running.times(name, float(query.params[0].ravel()[0 if layer.channel_shared else c]))
    formula = f"{query.y} = {name} * {query.x(query.at)} / sqrt(sum of {title} + {layer.eps:g})"
    return Result(formula, (value, squares), running)


def mvn(layer: MVN, query: Query) -> Result:
    """The value less the mean of its channel (or image), over the deviation."""
    shape = query.shapes[0]
    n, c = query.at[:2]
    _, channels, *spatial = four_axes(shape)
    places = grid(n, range(channels) if layer.across_channels else c, *map(range, spatial))
    what = f"image {n}" if layer.across_channels else f"channel {c} of image {n}"
    found = measured(query, what, places[:, : len(shape)])
    value = query.one(query.at[: len(shape)])
    running = told(Running(0, 0), found, value.subtotal).minus("mean", found.mean, found.mean_size)
    formula = f"{query.y} = {query.x(query.at[: len(shape)])} - mean of {what}"
    if layer.normalize_variance:
        running.over("(sqrt(variance) + eps)", float(np.sqrt(found.variance)) + layer.eps)
        formula = f"{query.y} = (x - mean of {what}) / (sqrt(variance) + {layer.eps:g})"
    return Result(formula, (value, found.group), running)


def reduction(layer: Reduction, query: Query) -> Result:
    """All values behind the asked place."""
    rest = query.shapes[0][len(query.at) :]
    places = grid(*query.at, *map(range, rest))
    group = query.group(_TITLES[layer.operation], places, parts=_PARTS[layer.operation])
    running = added([group])
    if layer.operation == "MEAN":
        running.over(str(len(group)), len(group))
    if layer.coeff != 1:
        running.times("coeff", layer.coeff)
    what = {"ASUM": "|x|", "SUMSQ": "x^2"}.get(layer.operation, "x")
    said = f"{'mean' if layer.operation == 'MEAN' else 'sum'} of {what} over {len(group)} values"
    coeff = "" if layer.coeff == 1 else f"{layer.coeff:g} * "
    return Result(f"{query.y} = {coeff}{said} of {query.names[0]}", (group,), running)


def _as_they_are(x: Numbers) -> Numbers:
    return x


_TITLES = {"SUM": "values", "MEAN": "values", "ASUM": "values without signs", "SUMSQ": "squares"}

_PARTS: Mapping[str, Callable[[Numbers], Numbers]] = {
    "SUM": _as_they_are,
    "MEAN": _as_they_are,
    "ASUM": np.abs,
    "SUMSQ": np.square,
}
