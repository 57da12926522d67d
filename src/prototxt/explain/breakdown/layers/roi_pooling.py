"""ROIPooling and PSROIPooling: the bin of a region that a value is computed from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from prototxt.explain.breakdown.model import Group
from prototxt.explain.breakdown.query import Query, Result, grid, places_at, select_one, sum_of
from prototxt.explain.breakdown.rules import break_down
from prototxt.explain.breakdown.running import Running
from prototxt.layers.common.maximum import LOWEST
from prototxt.layers.common.rois import Spans, read_rois
from prototxt.layers.psroi_pooling import PSROIPooling
from prototxt.layers.roi_pooling import ROIPooling


@break_down.register
def roi_pooling(layer: ROIPooling, query: Query) -> Result:
    """The largest value of the bin."""
    channel = query.at[1]
    bin_values, reads = _bin(query, channel, layer.spans(*query.bottoms))
    formula = f"{query.y} = max of {reads}, a bin of region {query.at[0]}"
    region = _region(query)
    if not len(bin_values):
        return Result(formula, (region,), _empty_bin())
    values = np.fmax(bin_values.values, LOWEST)
    winner = int(np.argmax(values))
    value = float(values[winner])
    running = Running(value, abs(value)).to(f"the largest of {len(bin_values)}", value, abs(value))
    return Result(formula, (replace(select_one(bin_values, winner), subtotal=value), region), running)


@break_down.register
def psroi_pooling(layer: PSROIPooling, query: Query) -> Result:
    """The mean of the bin, in the channel that belongs to this bin."""
    _, c, i, j = query.at
    channel = (c * layer.group_size + i) * layer.group_size + j
    bin_values, reads = _bin(query, channel, layer.spans(*query.bottoms))
    formula = f"{query.y} = mean of {reads}, a bin of region {query.at[0]}"
    region = _region(query)
    if not len(bin_values):
        return Result(formula, (region,), _empty_bin())
    size = len(bin_values)
    return Result(formula, (bin_values, region), sum_of([bin_values]).over(f"{size} values", size))


def _bin(query: Query, channel: int, spans: tuple[Spans, Spans]) -> tuple[Group, str]:
    """The values of the queried bin, and how formulas write them."""
    r, _, i, j = query.at
    images, _ = read_rois(query.bottoms[1], len(query.bottoms[0]))
    rows, columns = (_span(span, r, at) for span, at in zip(spans, (i, j), strict=True))
    n = int(images[r])
    places = grid(n, channel, rows, columns)
    shape = (len(rows), len(columns))
    group = query.group(f"channel {channel} of image {n}", places, shape=shape)
    return group, query.x((n, channel, _span_text(rows), _span_text(columns)))


def _span(span: Spans, region: int, place: int) -> range:
    return range(int(span[0][region, place]), int(span[1][region, place]))


def _span_text(span: Sequence[int]) -> str:
    return f"{span[0]}..{span[-1]}" if len(span) else "nothing"


def _region(query: Query) -> Group:
    """The row of the region: its image and two corners."""
    r = query.at[0]
    places = places_at(np.arange(5 * r, 5 * r + 5), query.shapes[1])
    return query.context(f"region {r}: image, x1, y1, x2, y2", places, 1)


def _empty_bin() -> Running:
    return Running(0, 0).to("the bin covers no value of the map", 0, 0)
