"""ROIPooling and PSROIPooling: the bin of a region that a value is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from prototxt.explain.breakdown.layers.chosen import picking
from prototxt.explain.breakdown.layers.losses import at_numbers
from prototxt.explain.breakdown.model import Group
from prototxt.explain.breakdown.query import Query, Result, added, grid
from prototxt.explain.breakdown.running import Running
from prototxt.layers.common.rois import Spans, read_rois
from prototxt.layers.psroi_pooling import PSROIPooling
from prototxt.layers.roi_pooling import LOWEST, ROIPooling


def roi_pooling(layer: ROIPooling, query: Query) -> Result:
    """The largest value of the bin."""
    channel = query.at[1]
    seen, reads = _bin(query, channel, layer.spans(*query.bottoms))
    formula = f"{query.y} = max of {reads}, a bin of region {query.at[0]}"
    region = _region(query)
    if not len(seen):
        return Result(formula, (region,), _nothing())
    values = np.fmax(seen.values, LOWEST)
    best = int(np.argmax(values))
    value = float(values[best])
    running = Running(value, abs(value)).to(f"the largest of {len(seen)}", value, abs(value))
    return Result(formula, (replace(picking(seen, best), subtotal=value), region), running)


def psroi_pooling(layer: PSROIPooling, query: Query) -> Result:
    """The mean of the bin, in the channel that is this bin's own."""
    _, c, i, j = query.at
    channel = (c * layer.group_size + i) * layer.group_size + j
    seen, reads = _bin(query, channel, layer.spans(*query.bottoms))
    formula = f"{query.y} = mean of {reads}, a bin of region {query.at[0]}"
    region = _region(query)
    if not len(seen):
        return Result(formula, (region,), _nothing())
    return Result(formula, (seen, region), added([seen]).over(f"{len(seen)} values", len(seen)))


def _bin(query: Query, channel: int, spans: tuple[Spans, Spans]) -> tuple[Group, str]:
    """The values of the bin that the asked place stands for, and how they are written."""
    r, _, i, j = query.at
    images, _ = read_rois(query.bottoms[1], len(query.bottoms[0]))
    rows, columns = (_span(span, r, at) for span, at in zip(spans, (i, j), strict=True))
    n = int(images[r])
    places = grid(n, channel, rows, columns)
    shape = (len(rows), len(columns))
    group = query.group(f"channel {channel} of image {n}", places, shape=shape)
    return group, query.x((n, channel, _said(rows), _said(columns)))


def _span(span: Spans, region: int, place: int) -> range:
    return range(int(span[0][region, place]), int(span[1][region, place]))


def _said(span: Sequence[int]) -> str:
    return f"{span[0]}..{span[-1]}" if len(span) else "nothing"


def _region(query: Query) -> Group:
    """The row of the region: its image and two corners."""
    r = query.at[0]
    return query.aside(
        f"region {r}: image, x1, y1, x2, y2", at_numbers(np.arange(5 * r, 5 * r + 5), query.shapes[1]), 1
    )


def _nothing() -> Running:
    return Running(0, 0).to("nothing of the bin is on the map", 0, 0)
