"""Layers that only change shapes or move values: Flatten, Reshape, Permute, Crop, ShuffleChannel."""

from __future__ import annotations

from prototxt.graph.context import LayerContext
from prototxt.layers.crop import Crop
from prototxt.layers.flatten import Flatten
from prototxt.layers.permute import Permute
from prototxt.layers.reshape import Reshape
from prototxt.layers.shuffle_channel import ShuffleChannel
from prototxt.page.rule import Rule, page_rule


class FlattenRule(Rule):
    """The range of axes that become one."""

    axis: int
    end_axis: int


class ReshapeRule(Rule):
    """The new dimensions of a range of axes."""

    dim: list[int]
    axis: int
    num_axes: int


class PermuteRule(Rule):
    """The order of the axes as the file gives it; axes that are left out follow."""

    order: list[int]


class CropRule(Rule):
    """The first axis that is cropped, and the offsets."""

    axis: int
    offset: list[int]


class ShuffleRule(Rule):
    """The number of groups whose channels are interleaved."""

    group: int


@page_rule.register
def flatten(layer: Flatten, context: LayerContext) -> FlattenRule:
    """Several axes as one."""
    return {"kind": "flatten", "axis": layer.axis, "end_axis": layer.end_axis}


@page_rule.register
def reshape(layer: Reshape, context: LayerContext) -> ReshapeRule:
    """Other dimensions for the same values."""
    return {"kind": "reshape", "dim": list(layer.dims), "axis": layer.axis, "num_axes": layer.num_axes}


@page_rule.register
def permute(layer: Permute, context: LayerContext) -> PermuteRule:
    """The axes in another order."""
    return {"kind": "permute", "order": list(layer.order)}


@page_rule.register
def crop(layer: Crop, context: LayerContext) -> CropRule:
    """The part of the first bottom that has the size of the second."""
    return {"kind": "crop", "axis": layer.axis, "offset": list(layer.offset)}


@page_rule.register
def shuffle_channel(layer: ShuffleChannel, context: LayerContext) -> ShuffleRule:
    """The channels of several groups, interleaved."""
    return {"kind": "shuffle", "group": layer.group}
