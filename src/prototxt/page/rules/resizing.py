"""Layers that resize maps: Interp and the upsampling layers of forks."""

from __future__ import annotations

from prototxt.graph.context import LayerContext
from prototxt.layers.interp import Interp
from prototxt.layers.upsample_segnet import SegNetUpsample
from prototxt.layers.upsample_yolo import UpsampleByScale
from prototxt.page.rule import Rule, page_rule, unknown


class InterpRule(Rule):
    """A bilinear resize to a `size` or by two factors; `size` is empty where a second bottom gives it."""

    pad_beg: int
    pad_end: int
    size: list[int]
    shrink_factor: int
    zoom_factor: int


class UpsampleRule(Rule):
    """A whole factor for both axes."""

    scale: int


class UnpoolRule(Rule):
    """SegNet's unpooling to a `size`, or by `scales` minus `less` rows and columns."""

    size: list[int]
    scales: list[int]
    less: list[int]


@page_rule.register
def interp(layer: Interp, context: LayerContext) -> InterpRule:
    """The size, and the margins that are cut off."""
    before, after = layer.cut_off
    return {
        "kind": "interp",
        "pad_beg": -before,
        "pad_end": -after,
        "size": list(layer.size),
        "shrink_factor": layer.shrink_factor,
        "zoom_factor": layer.zoom_factor,
    }


@page_rule.register
def upsample(layer: UpsampleByScale, context: LayerContext) -> Rule:
    """Every value repeated along both axes; as often along each, or unknown to the page."""
    scale, across = layer.scales
    rule: UpsampleRule = {"kind": "upsample", "scale": scale}
    return rule if scale == across else unknown()


@page_rule.register
def unpool(layer: SegNetUpsample, context: LayerContext) -> UnpoolRule:
    """Values go to the places that the second bottom holds."""
    if layer.size is not None:
        return {"kind": "unpool", "size": list(layer.size), "scales": [], "less": []}
    return {"kind": "unpool", "size": [], "scales": list(layer.scales), "less": list(layer.less)}
