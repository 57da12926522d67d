"""BatchNorm and the BN of forks: the value less a mean, over a deviation, with a slope and an offset."""

from __future__ import annotations

from math import sqrt

from prototxt.explain.ledgers._asked import Account, Asked, added
from prototxt.explain.ledgers._running import Running
from prototxt.explain.ledgers._statistics import Statistics, of_channel, told
from prototxt.layers.batch_norm import BatchNorm
from prototxt.layers.bn_pspnet import PSPNetBN
from prototxt.layers.bn_segnet import EPS, SegNetBN


def batch_norm(layer: BatchNorm, asked: Asked) -> Account:
    """Stored statistics, or those of the batch."""
    c, value = asked.at[1], asked.one()
    formula = f"{asked.y} = ({asked.x(asked.at)} - mean[{c}]) / sqrt(var[{c}] + {layer.eps:g})"
    if not layer.use_global_stats:
        found = of_channel(asked, c)
        running = told(Running(0, 0), found, value.subtotal)
        return Account(formula, (value, found.group), _normalized(running, c, found, layer.eps))
    sums, squares, factor = asked.params
    scale = 1 / float(factor[0]) if factor[0] else 0.0
    mean, variance = float(sums[c]) * scale, float(squares[c]) * scale
    running = added([value]).minus(f"mean[{c}]", mean)
    running.over(f"sqrt(var[{c}] + eps) of var {variance:.6g}", _root(variance + layer.eps))
    return Account(formula, (value,), running)


def _root(value: float) -> float:
    return sqrt(value) if value >= 0 else float("nan")


def _normalized(running: Running, c: int, found: Statistics, eps: float) -> Running:
    running.minus(f"mean[{c}]", found.mean, found.mean_size)
    return running.over(f"sqrt(var[{c}] + eps)", _root(found.variance + eps))


def bn_pspnet(layer: PSPNetBN, asked: Asked) -> Account:
    """Normalized, then slope and bias."""
    c, value = asked.at[1], asked.one()
    slope, bias, mean, variance = (float(param.ravel()[c]) for param in asked.params)
    formula = f"{asked.y} = ({asked.x(asked.at)} - mean[{c}]) / sqrt(var[{c}] + {layer.eps:g}) * slope[{c}] + bias[{c}]"
    if layer.stored:
        running = added([value]).minus(f"mean[{c}]", mean)
        running.over(f"sqrt(var[{c}] + eps)", _root(variance + layer.eps))
        groups = (value,)
    else:
        found = of_channel(asked, c)
        running = _normalized(told(Running(0, 0), found, value.subtotal), c, found, layer.eps)
        groups = (value, found.group)  # type: ignore[assignment]
    running.times(f"slope[{c}]", slope).plus(f"bias[{c}]", bias)
    return Account(formula, groups, running)


def bn_segnet(layer: SegNetBN, asked: Asked) -> Account:
    """Factor and offset alone, or normalized by the batch first; its other tops are the batch's statistics."""
    c = asked.at[1]
    if asked.top:
        return _statistic(asked, c)
    scale, shift = (float(param.ravel()[c]) for param in asked.params)
    place = _own_place(asked)
    value = asked.one(place)
    if not layer.learns:
        formula = f"{asked.y} = {asked.x(place)} * scale[{c}] + shift[{c}]"
        running, groups = added([value]), (value,)
    else:
        found = of_channel(asked, c)
        formula = (
            f"{asked.y} = ({asked.x(place)} - mean[{c}]) / sqrt(var[{c}] + {EPS:g}) * scale[{c}] + shift[{c}]"
        )
        running = _normalized(told(Running(0, 0), found, value.subtotal), c, found, EPS)
        groups = (value, found.group)  # type: ignore[assignment]
    running.times(f"scale[{c}]", scale).plus(f"shift[{c}]", shift)
    return Account(formula, groups, running)


def _statistic(asked: Asked, c: int) -> Account:
    found = of_channel(asked, c)
    running = Running(0, 0).to(f"mean of {len(found.group)}", found.mean, found.mean_size)
    if asked.top == 2:
        running.to("variance, the mean of (x - mean)^2", found.variance, found.variance)
    name = "mean" if asked.top == 1 else "variance"
    return Account(f"{asked.y} = {name} of channel {c} over the batch", (found.group,), running)


def _own_place(asked: Asked) -> tuple[int, ...]:
    """The place in the bottom, which may have fewer axes than the top."""
    return asked.at[: len(asked.shapes[0])]
