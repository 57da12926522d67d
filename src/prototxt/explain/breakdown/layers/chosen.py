"""Layers that choose among values: ArgMax, UniqueLabel, BoxAnnotatorOHEM."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prototxt.blobs import count
from prototxt.explain.breakdown.layers.losses import at_numbers
from prototxt.explain.breakdown.model import Group
from prototxt.explain.breakdown.query import Account, Asked, added, check_terms, grid
from prototxt.explain.breakdown.running import Running
from prototxt.layers.argmax import ArgMax
from prototxt.layers.box_annotator_ohem import BoxAnnotatorOHEM
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.unique_label import NONE, UniqueLabel


def argmax(layer: ArgMax, asked: Asked) -> Account:
    """The values that are compared, and the one that is number k of them."""
    shape = asked.shapes[0]
    if layer.axis is None:
        n, of_values, k = asked.at[0], asked.at[1] == 1, asked.at[2]
        places, what = grid(n, *map(range, shape[1:])), f"the values of image {n}"
    else:
        axis, of_values = canonical_axis(layer.axis, shape), layer.out_max_val
        k = asked.at[axis]
        places = grid(*(range(shape[axis]) if i == axis else at for i, at in enumerate(asked.at)))
        what = asked.x(["k" if i == axis else at for i, at in enumerate(asked.at)])
    group = asked.group("compared", places)
    turned = np.argsort(-group.values[::-1], kind="stable")  # of equal values the last comes first
    best = len(group) - 1 - int(turned[k])
    value = float(group.values[best])
    which = f"the {ordinal(k + 1)} largest" if k else "the largest"
    running = Running(value, abs(value)).to(f"{which} of {len(group)}", value, abs(value))
    if not of_values:
        running.to("its place", best, 0)
    formula = f"{asked.y} = {'' if of_values else 'the place of '}{which} of {what}"
    return Account(formula, (picking(group, best),), running)


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `11th`."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def picking(group: Group, best: int) -> Group:
    """A group that takes one value and drops the others."""
    parts = np.zeros(len(group))
    parts[best] = group.values[best]
    return replace(group, parts=parts, subtotal=float(group.values[best]), picks=True, winner=best)


def unique_label(layer: UniqueLabel, asked: Asked) -> Account:
    """The image's labels, and a place that holds the asked one."""
    n, k = asked.at[:2]
    check_terms(count(asked.shapes[0][1:]))
    group = asked.group("labels of the image", grid(n, *map(range, asked.shapes[0][1:])))
    found = layer.labels(group.values.astype(np.float32))
    formula = f"{asked.y} = the {ordinal(k + 1)} of the different labels of image {n}, in rising order"
    if k >= len(found):
        running = Running(0, 0).to(f"there are {len(found)}: filled with {NONE}", NONE, 1)
        return Account(formula, (replace(group, side=True, sums=False),), running)
    label = float(found[k])
    there = np.flatnonzero(group.values == label)
    if len(there):
        running = Running(label, abs(label)).to(
            f"the {ordinal(k + 1)} of {len(found)} labels", label, abs(label)
        )
        return Account(formula, (picking(group, int(there[0])),), running)
    running = Running(0, 0).to("there by force_label", label, abs(label))
    return Account(formula, (replace(group, side=True, sums=False),), running)


def box_annotator(layer: BoxAnnotatorOHEM, asked: Asked) -> Account:
    """The losses of the image's regions, and whether the asked one is among the largest."""
    r = asked.at[0]
    images = np.trunc(asked.bottoms[0].reshape(-1, 5)[:, 0])
    same = np.flatnonzero(images == images[r])
    losses = asked.aside(
        f"losses of the {len(same)} regions of its image", at_numbers(same, asked.shapes[1]), 1
    )
    order = same[np.argsort(-losses.values, kind="stable")]
    rank = int(np.flatnonzero(order == r)[0])
    source = 3 if asked.top else 2
    columns = count(asked.shapes[source][1:])
    at = at_numbers(np.array([r * columns + (asked.at[1] if asked.top else 0)]), asked.shapes[source])[0]
    value = asked.one(at, bottom=source)
    running = added([value])
    said = f"its loss is the {ordinal(rank + 1)} largest of {len(same)}, {layer.roi_per_img} are kept"
    if rank < layer.roi_per_img:
        running.to(f"stays: {said}", running.value, running.size)
    else:
        instead = 0.0 if asked.top else float(layer.ignore_label)
        running.to(f"dropped: {said}", instead, abs(instead))
    formula = (
        f"{asked.y} = {asked.x(at, source)} if the loss is among the {layer.roi_per_img} largest of the image"
    )
    return Account(formula, (value, losses), running)
