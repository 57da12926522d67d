"""Layers of detectors: pooling of regions, and prior boxes."""

from __future__ import annotations

from prototxt.graph.context import LayerContext
from prototxt.layers.prior_box import PriorBox
from prototxt.layers.psroi_pooling import PSROIPooling
from prototxt.layers.roi_pooling import ROIPooling
from prototxt.page.rule import Rule, page_rule


class RoiPoolRule(Rule):
    """Regions of the second bottom, pooled to one size.

    `channels` is the number of channels that the first bottom must have, None for any; `num_output` is that of the
    top, None for the same number.
    """

    pooled: list[int]
    channels: int | None
    num_output: int | None


class PriorBoxRule(Rule):
    """The number of boxes for each place of the map."""

    boxes: int


@page_rule.register
def roi_pooling(layer: ROIPooling, context: LayerContext) -> RoiPoolRule:
    """Each region in all channels."""
    return {"kind": "roi_pool", "pooled": list(layer.pooled), "channels": None, "num_output": None}


@page_rule.register
def psroi_pooling(layer: PSROIPooling, context: LayerContext) -> RoiPoolRule:
    """Each bin in its own channels."""
    size, outputs = layer.group_size, layer.output_dim
    return {
        "kind": "roi_pool",
        "pooled": [size, size],
        "channels": outputs * size**2,
        "num_output": outputs,
    }


@page_rule.register
def prior_box(layer: PriorBox, context: LayerContext) -> PriorBoxRule:
    """The boxes follow from the size of the map."""
    return {"kind": "prior_box", "boxes": layer.boxes}
