"""Layers with products of learned arrays: InnerProduct, Scale, Bias, PReLU."""

from __future__ import annotations

from prototxt.graph.context import LayerContext
from prototxt.layers.bias import Bias
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.prelu import PReLU
from prototxt.layers.scale import Scale
from prototxt.page.rule import Rule, page_rule


class InnerProductRule(Rule):
    """A fully connected layer."""

    num_output: int
    bias_term: bool
    axis: int
    transpose: bool


class ScaleRule(Rule):
    """A factor along some axes; with two bottoms the second is the factor."""

    axis: int
    num_axes: int
    bias_term: bool


class BiasRule(Rule):
    """An offset along some axes; with two bottoms the second is the offset."""

    axis: int
    num_axes: int


class PReLURule(Rule):
    """A learned slope below 0, for each channel or shared."""

    channel_shared: bool


@page_rule.register
def inner_product(layer: InnerProduct, context: LayerContext) -> InnerProductRule:
    """The number of outputs and the axis that the product runs over."""
    return {
        "kind": "inner_product",
        "num_output": layer.num_output,
        "bias_term": layer.bias_term,
        "axis": layer.axis,
        "transpose": layer.transpose,
    }


@page_rule.register
def scale(layer: Scale, context: LayerContext) -> ScaleRule:
    """The axes of the factor."""
    return {"kind": "scale", "axis": layer.axis, "num_axes": layer.num_axes, "bias_term": layer.bias_term}


@page_rule.register
def bias(layer: Bias, context: LayerContext) -> BiasRule:
    """The axes of the offset."""
    return {"kind": "bias", "axis": layer.axis, "num_axes": layer.num_axes}


@page_rule.register
def prelu(layer: PReLU, context: LayerContext) -> PReLURule:
    """Whether all channels share one slope."""
    return {"kind": "prelu", "channel_shared": layer.channel_shared}
