"""Functions of one value, and layers whose tops equal their bottom."""

from __future__ import annotations

from math import isfinite

from prototxt.graph.context import LayerContext
from prototxt.layers.absval import AbsVal
from prototxt.layers.base import Layer
from prototxt.layers.bnll import BNLL
from prototxt.layers.clip import Clip
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.dropout import Dropout
from prototxt.layers.elu import ELU
from prototxt.layers.exp import Exp
from prototxt.layers.log import Log
from prototxt.layers.power import Power
from prototxt.layers.relu import ReLU
from prototxt.layers.sigmoid import Sigmoid
from prototxt.layers.silence import Silence
from prototxt.layers.split import Split
from prototxt.layers.swish import Swish
from prototxt.layers.tanh import TanH
from prototxt.layers.threshold import Threshold
from prototxt.page.rule import Rule, page_rule


class NeuronRule(Rule):
    """A function of one value by its type name, with its numbers; "other" for a function that the page lacks."""

    function: str
    numbers: dict[str, float]


def _neuron(layer: Layer, **numbers: float) -> NeuronRule:
    """The rule with these numbers; JSON has none that are infinite."""
    if not all(map(isfinite, numbers.values())):
        return _other()
    return {"kind": "neuron", "function": layer.type, "numbers": numbers}


def _other() -> NeuronRule:
    return {"kind": "neuron", "function": "other", "numbers": {}}


def _like() -> Rule:
    return {"kind": "like"}


@page_rule.register
def neuron(layer: ElementwiseLayer, context: LayerContext) -> NeuronRule:
    """A function that the page lacks; its shapes are still known."""
    return _other()


@page_rule.register
def parameterless(layer: Sigmoid | TanH | AbsVal | BNLL, context: LayerContext) -> NeuronRule:
    """A function without numbers."""
    return _neuron(layer)


@page_rule.register
def relu(layer: ReLU, context: LayerContext) -> NeuronRule:
    """ReLU and, as its subclass, ReLU6."""
    return _neuron(layer, negative_slope=layer.negative_slope)


@page_rule.register
def elu(layer: ELU, context: LayerContext) -> NeuronRule:
    """The exponential linear unit."""
    return _neuron(layer, alpha=layer.alpha)


@page_rule.register
def swish(layer: Swish, context: LayerContext) -> NeuronRule:
    """The value times its logistic function."""
    return _neuron(layer, beta=layer.beta)


@page_rule.register
def threshold(layer: Threshold, context: LayerContext) -> NeuronRule:
    """1 above the threshold, else 0."""
    return _neuron(layer, threshold=layer.threshold)


@page_rule.register
def clip(layer: Clip, context: LayerContext) -> NeuronRule:
    """The value within two limits."""
    return _neuron(layer, min=layer.min, max=layer.max)


@page_rule.register
def power(layer: Power, context: LayerContext) -> NeuronRule:
    """(shift + scale * x) ^ power."""
    return _neuron(layer, power=layer.power, scale=layer.scale, shift=layer.shift)


@page_rule.register
def exponential(layer: Exp | Log, context: LayerContext) -> NeuronRule:
    """A power or a logarithm to a base."""
    return _neuron(layer, base=layer.base, scale=layer.scale, shift=layer.shift)


@page_rule.register
def dropout(layer: Dropout, context: LayerContext) -> Rule:
    """The bottom itself in phase TEST, or a part of it; the page draws no random numbers."""
    if layer.passes_on:
        return _like()
    return _other() if layer.drops else _times(layer.factor)


def _times(factor: float) -> NeuronRule:
    """The rule of the Power layer that only multiplies."""
    return {"kind": "neuron", "function": "Power", "numbers": {"power": 1.0, "scale": factor, "shift": 0.0}}


@page_rule.register
def copy(layer: Split | Silence, context: LayerContext) -> Rule:
    """Every top equals the bottom."""
    return _like()
