"""The registry of rules for PyTorch, and the helpers that several rules share."""

from __future__ import annotations

from functools import singledispatch

from prototxt.blobs import Shape
from prototxt.export.call import Call, bottom_names
from prototxt.graph.context import LayerContext
from prototxt.layers.base import Layer
from prototxt.layers.common import axes

__all__ = ["broadcast_index", "four_axes", "pytorch_rule"]


@singledispatch
def pytorch_rule(layer: Layer, context: LayerContext) -> Call | None:
    """The layer as a call; None without a rule for its class, or where the rule does not apply."""
    return None


def four_axes(context: LayerContext) -> str:
    """The first bottom with at least 4 axes: axes of 1 follow where it has fewer."""
    name, shape = bottom_names(len(context.bottom))[0], context.bottom[0]
    return name if len(shape) == 4 else f"{name}.reshape{axes.four_axes(shape)}"


def broadcast_index(shape: Shape, axis: int, operand: Shape) -> str:
    """The index that broadcasts an operand along the axes of a blob from `axis` on."""
    after = len(shape) - axis % len(shape) - len(operand) if operand else 0
    return f"[..., {', '.join(['None'] * after)}]" if after else ""
