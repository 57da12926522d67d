"""BatchNorm and the BN of forks: the value less a mean, over a deviation, with a slope and an offset."""

from __future__ import annotations

import numpy as np

from prototxt.explain.breakdown.model import Group
from prototxt.explain.breakdown.query import Account, Asked, added
from prototxt.explain.breakdown.running import Running
from prototxt.explain.breakdown.statistics import of_channel, told
from prototxt.layers.batch_norm import BatchNorm
from prototxt.layers.bn_pspnet import PSPNetBN
from prototxt.layers.bn_segnet import EPS, SegNetBN


def batch_norm(layer: BatchNorm, asked: Asked) -> Account:
    """By stored statistics, or those of the batch."""
    c = asked.at[1]
    formula = f"{asked.y} = {_normalized(asked, c, layer.eps)}"
    if not layer.use_global_stats:
        return Account(formula, *_by_batch(asked, c, layer.eps))
    sums, squares, factor = asked.params
    scale = 1 / float(factor[0]) if factor[0] else 0.0
    return Account(
        formula, *_by_stored(asked, c, float(sums[c]) * scale, float(squares[c]) * scale, layer.eps)
    )


def bn_pspnet(layer: PSPNetBN, asked: Asked) -> Account:
    """Normalized, then slope and bias."""
    c = asked.at[1]
    slope, bias, mean, variance = (float(param.ravel()[c]) for param in asked.params)
    groups, running = (
        _by_stored(asked, c, mean, variance, layer.eps) if layer.stored else _by_batch(asked, c, layer.eps)
    )
    running.times(f"slope[{c}]", slope).plus(f"bias[{c}]", bias)
    formula = f"{asked.y} = {_normalized(asked, c, layer.eps)} * slope[{c}] + bias[{c}]"
    return Account(formula, groups, running)


def bn_segnet(layer: SegNetBN, asked: Asked) -> Account:
    """Factor and offset alone, or normalized by the batch first; its other tops are the batch's statistics."""
    c = asked.at[1]
    if asked.top:
        return _statistic(asked, c)
    scale, shift = (float(param.ravel()[c]) for param in asked.params)
    if layer.learns:
        said, (groups, running) = _normalized(asked, c, EPS), _by_batch(asked, c, EPS)
    else:
        value = asked.one(_place(asked))
        said, groups, running = asked.x(_place(asked)), (value,), added([value])
    running.times(f"scale[{c}]", scale).plus(f"shift[{c}]", shift)
    return Account(f"{asked.y} = {said} * scale[{c}] + shift[{c}]", groups, running)


def _by_stored(
    asked: Asked, c: int, mean: float, variance: float, eps: float
) -> tuple[tuple[Group, ...], Running]:
    value = asked.one(_place(asked))
    running = added([value]).minus(f"mean[{c}]", mean)
    return (value,), running.over(f"sqrt(var[{c}] + eps)", float(np.sqrt(variance + eps)))


def _by_batch(asked: Asked, c: int, eps: float) -> tuple[tuple[Group, ...], Running]:
    value, found = asked.one(_place(asked)), of_channel(asked, c)
    running = told(Running(0, 0), found, value.subtotal).minus(f"mean[{c}]", found.mean, found.mean_size)
    return (value, found.group), running.over(f"sqrt(var[{c}] + eps)", float(np.sqrt(found.variance + eps)))


def _statistic(asked: Asked, c: int) -> Account:
    found = of_channel(asked, c)
    running = Running(0, 0).to(f"mean of {len(found.group)}", found.mean, found.mean_size)
    if asked.top == 2:
        running.to("variance, the mean of (x - mean)^2", found.variance, found.variance)
    name = "mean" if asked.top == 1 else "variance"
    return Account(f"{asked.y} = {name} of channel {c} over the batch", (found.group,), running)


def _normalized(asked: Asked, c: int, eps: float) -> str:
    return f"({asked.x(_place(asked))} - mean[{c}]) / sqrt(var[{c}] + {eps:g})"


def _place(asked: Asked) -> tuple[int, ...]:
    """The place in the bottom, which may have fewer axes than the top."""
    return asked.at[: len(asked.shapes[0])]
