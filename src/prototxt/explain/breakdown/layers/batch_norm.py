"""BatchNorm and the BN of forks: the value less a mean, over a deviation, with a slope and an offset."""

from __future__ import annotations

import numpy as np

from prototxt.explain.breakdown.model import Group
from prototxt.explain.breakdown.query import Query, Result, added
from prototxt.explain.breakdown.running import Running
from prototxt.explain.breakdown.statistics import of_channel, told
from prototxt.layers.batch_norm import BatchNorm
from prototxt.layers.bn_pspnet import PSPNetBN
from prototxt.layers.bn_segnet import EPS, SegNetBN


def batch_norm(layer: BatchNorm, query: Query) -> Result:
    """By stored statistics, or those of the batch."""
    c = query.at[1]
    formula = f"{query.y} = {_normalized(query, c, layer.eps)}"
    if not layer.use_global_stats:
        return Result(formula, *_by_batch(query, c, layer.eps))
    sums, squares, factor = query.params
    scale = 1 / float(factor[0]) if factor[0] else 0.0
    return Result(
        formula, *_by_stored(query, c, float(sums[c]) * scale, float(squares[c]) * scale, layer.eps)
    )


def bn_pspnet(layer: PSPNetBN, query: Query) -> Result:
    """Normalized, then slope and bias."""
    c = query.at[1]
    slope, bias, mean, variance = (float(param.ravel()[c]) for param in query.params)
    groups, running = (
        _by_stored(query, c, mean, variance, layer.eps) if layer.stored else _by_batch(query, c, layer.eps)
    )
    running.times(f"slope[{c}]", slope).plus(f"bias[{c}]", bias)
    formula = f"{query.y} = {_normalized(query, c, layer.eps)} * slope[{c}] + bias[{c}]"
    return Result(formula, groups, running)


def bn_segnet(layer: SegNetBN, query: Query) -> Result:
    """Factor and offset alone, or normalized by the batch first; its other tops are the batch's statistics."""
    c = query.at[1]
    if query.top:
        return _statistic(query, c)
    scale, shift = (float(param.ravel()[c]) for param in query.params)
    if layer.learns:
        said, (groups, running) = _normalized(query, c, EPS), _by_batch(query, c, EPS)
    else:
        value = query.one(_place(query))
        said, groups, running = query.x(_place(query)), (value,), added([value])
    running.times(f"scale[{c}]", scale).plus(f"shift[{c}]", shift)
    return Result(f"{query.y} = {said} * scale[{c}] + shift[{c}]", groups, running)


def _by_stored(
    query: Query, c: int, mean: float, variance: float, eps: float
) -> tuple[tuple[Group, ...], Running]:
    value = query.one(_place(query))
    running = added([value]).minus(f"mean[{c}]", mean)
    return (value,), running.over(f"sqrt(var[{c}] + eps)", float(np.sqrt(variance + eps)))


def _by_batch(query: Query, c: int, eps: float) -> tuple[tuple[Group, ...], Running]:
    value, found = query.one(_place(query)), of_channel(query, c)
    running = told(Running(0, 0), found, value.subtotal).minus(f"mean[{c}]", found.mean, found.mean_size)
    return (value, found.group), running.over(f"sqrt(var[{c}] + eps)", float(np.sqrt(found.variance + eps)))


def _statistic(query: Query, c: int) -> Result:
    found = of_channel(query, c)
    running = Running(0, 0).to(f"mean of {len(found.group)}", found.mean, found.mean_size)
    if query.top == 2:
        running.to("variance, the mean of (x - mean)^2", found.variance, found.variance)
    name = "mean" if query.top == 1 else "variance"
    return Result(f"{query.y} = {name} of channel {c} over the batch", (found.group,), running)


def _normalized(query: Query, c: int, eps: float) -> str:
    return f"({query.x(_place(query))} - mean[{c}]) / sqrt(var[{c}] + {eps:g})"


def _place(query: Query) -> tuple[int, ...]:
    """The place in the bottom, which may have fewer axes than the top."""
    return query.at[: len(query.shapes[0])]
