"""Layers that select among values: ArgMax, UniqueLabel, BoxAnnotatorOHEM."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prototxt.blobs import count
from prototxt.explain.breakdown.query import Query, Result, check_terms, grid, places_at, select_one, sum_of
from prototxt.explain.breakdown.rules import break_down
from prototxt.explain.breakdown.running import Running
from prototxt.layers.argmax import ArgMax
from prototxt.layers.box_annotator_ohem import BoxAnnotatorOHEM
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.unique_label import NONE, UniqueLabel


@break_down.register
def argmax(layer: ArgMax, query: Query) -> Result:
    """The values that are compared, and the one at rank k."""
    shape = query.shapes[0]
    if layer.axis is None:
        n, gives_value, k = query.at[0], query.at[1] == 1, query.at[2]
        places, compared = grid(n, *map(range, shape[1:])), f"the values of image {n}"
    else:
        axis, gives_value = canonical_axis(layer.axis, shape), layer.out_max_val
        k = query.at[axis]
        places = grid(*(range(shape[axis]) if i == axis else at for i, at in enumerate(query.at)))
        compared = query.x(["k" if i == axis else at for i, at in enumerate(query.at)])
    group = query.group("compared", places)
    order = np.argsort(-group.values[::-1], kind="stable")  # of equal values the last comes first
    winner = len(group) - 1 - int(order[k])
    value = float(group.values[winner])
    rank = f"the {ordinal(k + 1)} largest" if k else "the largest"
    running = Running(value, abs(value)).to(f"{rank} of {len(group)}", value, abs(value))
    if not gives_value:
        running.to("its index", winner, 0)
    formula = f"{query.y} = {'' if gives_value else 'the index of '}{rank} of {compared}"
    return Result(formula, (select_one(group, winner),), running)


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `11th`."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


@break_down.register
def unique_label(layer: UniqueLabel, query: Query) -> Result:
    """The labels of the image, one of which is the value."""
    n, k = query.at[:2]
    check_terms(count(query.shapes[0][1:]))
    group = query.group("labels of the image", grid(n, *map(range, query.shapes[0][1:])))
    labels = layer.labels(group.values.astype(np.float32))
    formula = f"{query.y} = the {ordinal(k + 1)} of the distinct labels of image {n}, in increasing order"
    if k >= len(labels):
        running = Running(0, 0).to(f"there are {len(labels)}: filled with {NONE}", NONE, 1)
        return Result(formula, (replace(group, auxiliary=True, adds_up=False),), running)
    label = float(labels[k])
    places = np.flatnonzero(group.values == label)
    if len(places):
        running = Running(label, abs(label)).to(
            f"the {ordinal(k + 1)} of {len(labels)} labels", label, abs(label)
        )
        return Result(formula, (select_one(group, int(places[0])),), running)
    running = Running(0, 0).to("added by force_label", label, abs(label))
    return Result(formula, (replace(group, auxiliary=True, adds_up=False),), running)


@break_down.register
def box_annotator(layer: BoxAnnotatorOHEM, query: Query) -> Result:
    """The losses of all regions of the image, and the rank of the queried region among them."""
    r = query.at[0]
    images = np.trunc(query.bottoms[0].reshape(-1, 5)[:, 0])
    regions = np.flatnonzero(images == images[r])
    losses = query.context(
        f"losses of the {len(regions)} regions of its image", places_at(regions, query.shapes[1]), 1
    )
    order = regions[np.argsort(-losses.values, kind="stable")]
    rank = int(np.flatnonzero(order == r)[0])
    source = 3 if query.top else 2
    columns = count(query.shapes[source][1:])
    flat = np.array([r * columns + (query.at[1] if query.top else 0)])
    at = places_at(flat, query.shapes[source])[0]
    value = query.one(at, bottom=source)
    running = sum_of([value])
    limit = layer.roi_per_img
    why = f"its loss is the {ordinal(rank + 1)} largest of {len(regions)}, {limit} are kept"
    if rank < limit:
        running.to(f"kept: {why}", running.value, running.size)
    else:
        replacement = 0.0 if query.top else float(layer.ignore_label)
        running.to(f"dropped: {why}", replacement, abs(replacement))
    formula = f"{query.y} = {query.x(at, source)} if the loss is among the {limit} largest of the image"
    return Result(formula, (value, losses), running)
