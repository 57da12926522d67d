"""Functions of one value: the value, and the steps of the function."""

from __future__ import annotations

import numpy as np

from prototxt.blobs import TRAIN
from prototxt.errors import LayerError
from prototxt.explain.breakdown.model import Group
from prototxt.explain.breakdown.query import Query, Result, sum_of
from prototxt.explain.breakdown.rules import break_down
from prototxt.explain.breakdown.running import Running
from prototxt.layers.absval import AbsVal
from prototxt.layers.bnll import BNLL
from prototxt.layers.clip import Clip
from prototxt.layers.elu import ELU
from prototxt.layers.exp import Exp
from prototxt.layers.insanity import Insanity
from prototxt.layers.log import Log
from prototxt.layers.power import Power
from prototxt.layers.relu import ReLU
from prototxt.layers.relu6 import ReLU6
from prototxt.layers.selu import SeLu
from prototxt.layers.sigmoid import Sigmoid
from prototxt.layers.swish import Swish
from prototxt.layers.tanh import TanH
from prototxt.layers.threshold import Threshold

UNCHANGED = "unchanged: above 0"


@break_down.register
def relu(layer: ReLU, query: Query) -> Result:
    """max(x, 0), with a slope below 0 if there is one."""
    value, x = _start(query)
    _rectify(x, layer.negative_slope)
    return _result(query, _rectified(layer.negative_slope), value, x)


@break_down.register
def relu6(layer: ReLU6, query: Query) -> Result:
    """ReLU with an upper limit of 6."""
    value, x = _start(query)
    _rectify(x, layer.negative_slope)
    x.through("min(x, 6)", np.minimum(x.value, 6), x.value < 6)
    return _result(query, f"min({_rectified(layer.negative_slope)}, 6)", value, x)


def _rectified(slope: float) -> str:
    return f"max(x, 0) + {slope:g} * min(x, 0)" if slope else "max(x, 0)"


def _rectify(x: Running, slope: float) -> None:
    if not slope:
        x.through("max(x, 0)", np.maximum(x.value, 0), x.value > 0)
    elif x.value <= 0:
        x.times("negative_slope: not above 0", slope)
    else:
        x.to(UNCHANGED, x.value, x.size)


@break_down.register
def insanity(layer: Insanity, query: Query) -> Result:
    """The value itself, divided below 0."""
    if layer.phase == TRAIN:
        raise LayerError("it divides by numbers drawn at random", hint="explain phase TEST")
    value, x = _start(query)
    if x.value < 0:
        x.over("(lb + ub) / 2: below 0", layer.middle)
    else:
        x.to(UNCHANGED, x.value, x.size)
    return _result(query, f"x for x >= 0, else x / {layer.middle:g}", value, x)


@break_down.register
def elu(layer: ELU, query: Query) -> Result:
    """The value itself above 0, an exponential below."""
    value, x = _start(query)
    _exponential_below_zero(x, layer.alpha)
    return _result(query, f"x for x > 0, else {layer.alpha:g} * (exp(x) - 1)", value, x)


@break_down.register
def selu(layer: SeLu, query: Query) -> Result:
    """ELU times a factor."""
    value, x = _start(query)
    _exponential_below_zero(x, layer.alpha)
    x.times("lambda", layer.factor)
    below = f"{layer.factor:g} * {layer.alpha:g} * (exp(x) - 1)"
    return _result(query, f"{layer.factor:g} * x for x > 0, else {below}", value, x)


def _exponential_below_zero(x: Running, alpha: float) -> None:
    if x.value > 0:
        x.to(UNCHANGED, x.value, x.size)
    else:
        x.through("exp(x) - 1", np.expm1(x.value), np.exp(x.value)).times("alpha", alpha)


@break_down.register
def sigmoid(layer: Sigmoid, query: Query) -> Result:
    """The logistic function."""
    value, x = _start(query)
    return _result(query, "0.5 * tanh(0.5 * x) + 0.5", value, logistic(x))


def logistic(x: Running) -> Running:
    """Apply the logistic function by tanh, as the engine does: this form does not overflow."""
    x.times("0.5", 0.5)
    squashed = np.tanh(x.value)
    return x.through("tanh", squashed, 1 - squashed**2).times("0.5", 0.5).plus("0.5", 0.5)


@break_down.register
def tanh(layer: TanH, query: Query) -> Result:
    """The hyperbolic tangent."""
    value, x = _start(query)
    squashed = np.tanh(x.value)
    return _result(query, "tanh(x)", value, x.through("tanh", squashed, 1 - squashed**2))


@break_down.register
def swish(layer: Swish, query: Query) -> Result:
    """The value times its logistic function."""
    value, x = _start(query)
    logistic(x.times("beta", layer.beta)).times("x", value.subtotal)
    return _result(query, f"x / (1 + exp(-{layer.beta:g} * x))", value, x)


@break_down.register
def absval(layer: AbsVal, query: Query) -> Result:
    """The magnitude."""
    value, x = _start(query)
    return _result(query, "|x|", value, x.through("|x|", abs(x.value), 1))


@break_down.register
def bnll(layer: BNLL, query: Query) -> Result:
    """The softplus."""
    value, x = _start(query)
    return _result(query, "log(1 + exp(x))", value, x.through("log(1 + exp(x))", np.logaddexp(0, x.value), 1))


@break_down.register
def threshold(layer: Threshold, query: Query) -> Result:
    """1 above the threshold, else 0."""
    value, x = _start(query)
    step = f"1 if x > {layer.threshold:g}, else 0"
    x.through(step, float(x.value > np.float32(layer.threshold)), 0)
    return _result(query, f"1 for x > {layer.threshold:g}, else 0", value, x)


@break_down.register
def clip(layer: Clip, query: Query) -> Result:
    """The value within two limits."""
    value, x = _start(query)
    low, high = float(np.float32(layer.min)), float(np.float32(layer.max))
    clipped = np.maximum(low, np.minimum(x.value, high))
    x.through(f"limited to {layer.min:g} to {layer.max:g}", clipped, low < x.value < high)
    return _result(query, f"max({layer.min:g}, min(x, {layer.max:g}))", value, x)


@break_down.register
def power(layer: Power, query: Query) -> Result:
    """(shift + scale * x) ^ power."""
    value, x = _start(query)
    if layer.scale * layer.power == 0:
        x.to("no effect: scale * power is 0", 0, 0)
    x.times("scale", layer.scale).plus("shift", layer.shift)
    if layer.power != 1:
        x.power(f"{layer.power:g}", layer.power)
    return _result(query, f"({layer.shift:g} + {layer.scale:g} * x)^{layer.power:g}", value, x)


@break_down.register
def exp(layer: Exp, query: Query) -> Result:
    """base ^ (shift + scale * x)."""
    value, x = _start(query)
    x.times("scale * log(base)", layer.inner_scale)
    exponential = np.exp(np.float64(x.value))
    x.through("exp", exponential, exponential).times("base^shift", layer.outer_scale)
    return _result(query, f"{layer.outer_scale:g} * exp({layer.inner_scale:g} * x)", value, x)


@break_down.register
def log(layer: Log, query: Query) -> Result:
    """log_base(shift + scale * x)."""
    value, x = _start(query)
    x.times("scale", layer.scale).plus("shift", layer.shift)
    inner = np.float64(x.value)
    x.through("log", np.log(inner), 1 / inner).times("1 / log(base)", layer.outer_scale)
    formula = f"{layer.outer_scale:g} * log({layer.shift:g} + {layer.scale:g} * x)"
    return _result(query, formula, value, x)


def _start(query: Query) -> tuple[Group, Running]:
    """The one term of the value, and the value before the first step."""
    value = query.one()
    return value, sum_of([value])


def _result(query: Query, formula: str, value: Group, x: Running) -> Result:
    return Result(f"{query.y} = {formula} with x = {query.x(query.at)}", (value,), x)
