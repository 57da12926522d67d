"""Layers that combine several bottoms or take one apart: Eltwise, Axpy, Concat, Slice."""

from __future__ import annotations

from prototxt.graph.context import LayerContext
from prototxt.layers.axpy import Axpy
from prototxt.layers.concat import Concat
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.slice import Slice
from prototxt.page.rule import Rule, page_rule


class EltwiseRule(Rule):
    """An operation on all bottoms, value by value; `coeff` is empty where none is given."""

    operation: str
    coeff: list[float]


class ConcatRule(Rule):
    """The axis along which the bottoms are joined."""

    axis: int


class SliceRule(Rule):
    """The axis that is divided, and where; `slice_point` is empty for equal parts."""

    axis: int
    slice_point: list[int]


@page_rule.register
def eltwise(layer: Eltwise, context: LayerContext) -> EltwiseRule:
    """A sum, product or maximum of the bottoms."""
    return {"kind": "eltwise", "operation": layer.operation, "coeff": list(layer.coeff)}


@page_rule.register
def axpy(layer: Axpy, context: LayerContext) -> Rule:
    """A channel-wise product plus a third bottom."""
    return {"kind": "axpy"}


@page_rule.register
def concat(layer: Concat, context: LayerContext) -> ConcatRule:
    """The bottoms one after the other."""
    return {"kind": "concat", "axis": layer.axis}


@page_rule.register
def slice_(layer: Slice, context: LayerContext) -> SliceRule:
    """The parts of one bottom."""
    return {"kind": "slice", "axis": layer.axis, "slice_point": list(layer.slice_point)}
