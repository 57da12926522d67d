"""BatchNorm and the BN layers of forks: subtract a mean, divide by a deviation, apply a slope and an offset."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prototxt.explain.breakdown.model import Group
from prototxt.explain.breakdown.query import Query, Result, sum_of
from prototxt.explain.breakdown.rules import break_down
from prototxt.explain.breakdown.running import Running
from prototxt.explain.breakdown.statistics import channel_statistics, record_statistics
from prototxt.layers.batch_norm import BatchNorm
from prototxt.layers.batch_norm_nvcaffe import NVCaffeBatchNorm
from prototxt.layers.bn_pspnet import PSPNetBN
from prototxt.layers.bn_segnet import EPS, SegNetBN


@break_down.register
def batch_norm(layer: BatchNorm, query: Query) -> Result:
    """Normalize by the stored statistics, or by those of the batch."""
    c = query.at[1]
    formula = f"{query.y} = {_normalized(query, c, layer.eps)}"
    if not layer.use_global_stats:
        return Result(formula, *_by_batch(query, c, layer.eps))
    mean, variance = layer.statistics(query.params)
    return Result(formula, *_by_stored(query, c, float(mean[c]), float(variance[c]), layer.eps))


@break_down.register
def batch_norm_nvcaffe(layer: NVCaffeBatchNorm, query: Query) -> Result:
    """Normalize, then apply scale and bias."""
    normalized = batch_norm(layer, query)
    c = query.at[1]
    scale, *bias = (float(param[c]) for param in query.params[3:])
    normalized.running.times(f"scale[{c}]", scale)
    formula = f"{normalized.formula} * scale[{c}]"
    if bias:
        normalized.running.plus(f"bias[{c}]", bias[0])
        formula += f" + bias[{c}]"
    return replace(normalized, formula=formula)


@break_down.register
def bn_pspnet(layer: PSPNetBN, query: Query) -> Result:
    """Normalize, then apply slope and bias."""
    c = query.at[1]
    slope, bias, mean, variance = (float(param.ravel()[c]) for param in query.params)
    groups, running = (
        _by_stored(query, c, mean, variance, layer.eps) if layer.stored else _by_batch(query, c, layer.eps)
    )
    running.times(f"slope[{c}]", slope).plus(f"bias[{c}]", bias)
    formula = f"{query.y} = {_normalized(query, c, layer.eps)} * slope[{c}] + bias[{c}]"
    return Result(formula, groups, running)


@break_down.register
def bn_segnet(layer: SegNetBN, query: Query) -> Result:
    """Apply factor and offset, in LEARN mode after normalizing by the batch; further tops are its statistics."""
    c = query.at[1]
    if query.top:
        return _statistic(query, c)
    scale, shift = (float(param.ravel()[c]) for param in query.params)
    if layer.learns:
        input_text, (groups, running) = _normalized(query, c, EPS), _by_batch(query, c, EPS)
    else:
        value = query.one(_place(query))
        input_text, groups, running = query.x(_place(query)), (value,), sum_of([value])
    running.times(f"scale[{c}]", scale).plus(f"shift[{c}]", shift)
    return Result(f"{query.y} = {input_text} * scale[{c}] + shift[{c}]", groups, running)


def _by_stored(
    query: Query, c: int, mean: float, variance: float, eps: float
) -> tuple[tuple[Group, ...], Running]:
    value = query.one(_place(query))
    running = sum_of([value]).minus(f"mean[{c}]", mean)
    return (value,), running.over(f"sqrt(var[{c}] + eps)", float(np.sqrt(variance + eps)))


def _by_batch(query: Query, c: int, eps: float) -> tuple[tuple[Group, ...], Running]:
    value, batch = query.one(_place(query)), channel_statistics(query, c)
    running = record_statistics(Running(0, 0), batch, value.subtotal)
    running.minus(f"mean[{c}]", batch.mean, batch.mean_size)
    return (value, batch.group), running.over(f"sqrt(var[{c}] + eps)", float(np.sqrt(batch.variance + eps)))


def _statistic(query: Query, c: int) -> Result:
    batch = channel_statistics(query, c)
    running = Running(0, 0).to(f"mean of {len(batch.group)}", batch.mean, batch.mean_size)
    if query.top == 2:
        running.to("variance, the mean of (x - mean)^2", batch.variance, batch.variance)
    name = "mean" if query.top == 1 else "variance"
    return Result(f"{query.y} = {name} of channel {c} over the batch", (batch.group,), running)


def _normalized(query: Query, c: int, eps: float) -> str:
    return f"({query.x(_place(query))} - mean[{c}]) / sqrt(var[{c}] + {eps:g})"


def _place(query: Query) -> tuple[int, ...]:
    """The place in the bottom, which may have fewer axes than the top."""
    return query.at[: len(query.shapes[0])]
