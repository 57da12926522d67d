"""Functions of one value: the value, and the steps of the function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from prototxt.explain.breakdown.query import Query, Result, added
from prototxt.explain.breakdown.running import Running
from prototxt.layers import neuron
from prototxt.layers.base import Layer

Function = Callable[[Any, Running], object]


def _relu(layer: neuron.ReLU, x: Running) -> None:
    if not layer.negative_slope:
        x.through("max(x, 0)", np.maximum(x.value, 0), x.value > 0)
    elif x.value <= 0:
        x.times("negative_slope, for it is not above 0", layer.negative_slope)
    else:
        x.to("stays, for it is above 0", x.value, x.size)


def _relu6(layer: neuron.ReLU6, x: Running) -> None:
    _relu(layer, x)
    x.through("min(x, 6)", np.minimum(x.value, 6), x.value < 6)


def _bent(alpha: float, x: Running) -> None:
    if x.value > 0:
        x.to("stays, for it is above 0", x.value, x.size)
    else:
        x.through("exp(x) - 1", np.expm1(x.value), np.exp(x.value)).times("alpha", alpha)


def _elu(layer: neuron.ELU, x: Running) -> None:
    _bent(layer.alpha, x)


def _selu(layer: neuron.SeLu, x: Running) -> None:
    _bent(layer.alpha, x)
    x.times("lambda", layer.factor)


def logistic(x: Running) -> Running:
    """As it is computed: that way nothing overflows."""
    x.times("0.5", 0.5)
    squashed = np.tanh(x.value)
    return x.through("tanh", squashed, 1 - squashed**2).times("0.5", 0.5).plus("0.5", 0.5)


def _sigmoid(layer: neuron.Sigmoid, x: Running) -> None:
    logistic(x)


def _tanh(layer: neuron.TanH, x: Running) -> None:
    squashed = np.tanh(x.value)
    x.through("tanh", squashed, 1 - squashed**2)


def _swish(layer: neuron.Swish, x: Running) -> None:
    value = x.value
    logistic(x.times("beta", layer.beta))
    x.times("x", value)


def _absval(layer: neuron.AbsVal, x: Running) -> None:
    x.through("|x|", abs(x.value), 1)


def _bnll(layer: neuron.BNLL, x: Running) -> None:
    x.through("log(1 + exp(x))", np.logaddexp(0, x.value), 1)


def _threshold(layer: neuron.Threshold, x: Running) -> None:
    x.through(f"1 if x > {layer.threshold:g}, else 0", float(x.value > np.float32(layer.threshold)), 0)


def _clip(layer: neuron.Clip, x: Running) -> None:
    low, high = float(np.float32(layer.min)), float(np.float32(layer.max))
    clipped = np.maximum(low, np.minimum(x.value, high))
    x.through(f"held between {layer.min:g} and {layer.max:g}", clipped, low < x.value < high)


def _power(layer: neuron.Power, x: Running) -> None:
    if layer.scale * layer.power == 0:
        x.to("does not count: scale * power is 0", 0, 0)
    x.times("scale", layer.scale).plus("shift", layer.shift)
    if layer.power != 1:
        x.power(f"{layer.power:g}", layer.power)


def _exp(layer: neuron.Exp, x: Running) -> None:
    x.times("scale * log(base)", layer.inner_scale)
    power = np.exp(np.float64(x.value))
    x.through("exp", power, power).times("base^shift", layer.outer_scale)


def _log(layer: neuron.Log, x: Running) -> None:
    x.times("scale", layer.scale).plus("shift", layer.shift)
    inner = np.float64(x.value)
    x.through("log", np.log(inner), 1 / inner).times("1 / log(base)", layer.outer_scale)


NEURONS: Mapping[type[Layer], tuple[Function, str]] = {
    neuron.ReLU: (_relu, "max(x, 0) + {negative_slope:g} * min(x, 0)"),
    neuron.ReLU6: (_relu6, "min(max(x, 0) + {negative_slope:g} * min(x, 0), 6)"),
    neuron.ELU: (_elu, "x for x > 0, else {alpha:g} * (exp(x) - 1)"),
    neuron.SeLu: (_selu, "{factor:g} * x for x > 0, else {factor:g} * {alpha:g} * (exp(x) - 1)"),
    neuron.Sigmoid: (_sigmoid, "0.5 * tanh(0.5 * x) + 0.5"),
    neuron.TanH: (_tanh, "tanh(x)"),
    neuron.Swish: (_swish, "x / (1 + exp(-{beta:g} * x))"),
    neuron.AbsVal: (_absval, "|x|"),
    neuron.BNLL: (_bnll, "log(1 + exp(x))"),
    neuron.Threshold: (_threshold, "1 for x > {threshold:g}, else 0"),
    neuron.Clip: (_clip, "max({min:g}, min(x, {max:g}))"),
    neuron.Power: (_power, "({shift:g} + {scale:g} * x)^{power:g}"),
    neuron.Exp: (_exp, "{outer_scale:g} * exp({inner_scale:g} * x)"),
    neuron.Log: (_log, "{outer_scale:g} * log({shift:g} + {scale:g} * x)"),
}
"""What each does to a value, and its formula, with the names of the room's attributes for its numbers."""


def function(steps: Function, formula: str) -> Callable[[Any, Query], Result]:
    """The ledger of one of these functions."""

    def account(layer: Layer, query: Query) -> Result:
        value = query.one()
        running = added([value])
        steps(layer, running)
        said = formula.format_map(vars(layer)).replace(" + 0 * min(x, 0)", "")  # no slope
        return Result(f"{query.y} = {said} with x = {query.x(query.at)}", (value,), running)

    return account
