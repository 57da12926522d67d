"""The registry of rules for Keras, and the helpers that several rules share."""

from __future__ import annotations

from functools import singledispatch

from prototxt.export.call import Call
from prototxt.graph.context import LayerContext
from prototxt.layers.base import Layer

__all__ = ["channels_last_axis", "keras_rule"]


@singledispatch
def keras_rule(layer: Layer, context: LayerContext) -> Call | None:
    """The layer as a call; None without a rule for its class, or where the rule does not apply."""
    return None


def channels_last_axis(axis: int, number: int) -> int:
    """The position in N x H x W x C of an axis of N x C x H x W."""
    axis %= number
    return axis if not axis else number - 1 if axis == 1 else axis - 1
