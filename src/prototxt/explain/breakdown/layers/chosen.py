"""Layers that choose among values: ArgMax, UniqueLabel, BoxAnnotatorOHEM."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prototxt.blobs import count
from prototxt.explain.breakdown.layers.losses import at_numbers
from prototxt.explain.breakdown.model import Group
from prototxt.explain.breakdown.query import Query, Result, added, check_terms, grid
from prototxt.explain.breakdown.running import Running
from prototxt.layers.argmax import ArgMax
from prototxt.layers.box_annotator_ohem import BoxAnnotatorOHEM
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.unique_label import NONE, UniqueLabel


def argmax(layer: ArgMax, query: Query) -> Result:
    """The values that are compared, and the one that is number k of them."""
    shape = query.shapes[0]
    if layer.axis is None:
        n, of_values, k = query.at[0], query.at[1] == 1, query.at[2]
        places, what = grid(n, *map(range, shape[1:])), f"the values of image {n}"
    else:
        axis, of_values = canonical_axis(layer.axis, shape), layer.out_max_val
        k = query.at[axis]
        places = grid(*(range(shape[axis]) if i == axis else at for i, at in enumerate(query.at)))
        what = query.x(["k" if i == axis else at for i, at in enumerate(query.at)])
    group = query.group("compared", places)
    turned = np.argsort(-group.values[::-1], kind="stable")  # of equal values the last comes first
    best = len(group) - 1 - int(turned[k])
    value = float(group.values[best])
    which = f"the {ordinal(k + 1)} largest" if k else "the largest"
    running = Running(value, abs(value)).to(f"{which} of {len(group)}", value, abs(value))
    if not of_values:
        running.to("its place", best, 0)
    formula = f"{query.y} = {'' if of_values else 'the place of '}{which} of {what}"
    return Result(formula, (picking(group, best),), running)


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `11th`."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def picking(group: Group, best: int) -> Group:
    """A group that takes one value and drops the others."""
    parts = np.zeros(len(group))
    parts[best] = group.values[best]
    return replace(group, parts=parts, subtotal=float(group.values[best]), picks=True, winner=best)


def unique_label(layer: UniqueLabel, query: Query) -> Result:
    """The image's labels, and a place that holds the asked one."""
    n, k = query.at[:2]
    check_terms(count(query.shapes[0][1:]))
    group = query.group("labels of the image", grid(n, *map(range, query.shapes[0][1:])))
    found = layer.labels(group.values.astype(np.float32))
    formula = f"{query.y} = the {ordinal(k + 1)} of the different labels of image {n}, in rising order"
    if k >= len(found):
        running = Running(0, 0).to(f"there are {len(found)}: filled with {NONE}", NONE, 1)
        return Result(formula, (replace(group, side=True, sums=False),), running)
    label = float(found[k])
    there = np.flatnonzero(group.values == label)
    if len(there):
        running = Running(label, abs(label)).to(
            f"the {ordinal(k + 1)} of {len(found)} labels", label, abs(label)
        )
        return Result(formula, (picking(group, int(there[0])),), running)
    running = Running(0, 0).to("there by force_label", label, abs(label))
    return Result(formula, (replace(group, side=True, sums=False),), running)


def box_annotator(layer: BoxAnnotatorOHEM, query: Query) -> Result:
    """The losses of the image's regions, and whether the asked one is among the largest."""
    r = query.at[0]
    images = np.trunc(query.bottoms[0].reshape(-1, 5)[:, 0])
    same = np.flatnonzero(images == images[r])
    losses = query.aside(
        f"losses of the {len(same)} regions of its image", at_numbers(same, query.shapes[1]), 1
    )
    order = same[np.argsort(-losses.values, kind="stable")]
    rank = int(np.flatnonzero(order == r)[0])
    source = 3 if query.top else 2
    columns = count(query.shapes[source][1:])
    at = at_numbers(np.array([r * columns + (query.at[1] if query.top else 0)]), query.shapes[source])[0]
    value = query.one(at, bottom=source)
    running = added([value])
    said = f"its loss is the {ordinal(rank + 1)} largest of {len(same)}, {layer.roi_per_img} are kept"
    if rank < layer.roi_per_img:
        running.to(f"stays: {said}", running.value, running.size)
    else:
        instead = 0.0 if query.top else float(layer.ignore_label)
        running.to(f"dropped: {said}", instead, abs(instead))
    formula = (
        f"{query.y} = {query.x(at, source)} if the loss is among the {layer.roi_per_img} largest of the image"
    )
    return Result(formula, (value, losses), running)
