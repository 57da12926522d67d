"""Layers that multiply or add an operand broadcast along some axes: Scale, Bias, PReLU, Axpy and others."""

from __future__ import annotations

import numpy as np

from prototxt.blobs import Array, Shape
from prototxt.explain.breakdown.model import Group, Place
from prototxt.explain.breakdown.query import Query, Result, grid, index, sum_of
from prototxt.explain.breakdown.rules import break_down
from prototxt.layers.axpy import Axpy
from prototxt.layers.bias import Bias
from prototxt.layers.bias_channel import BiasChannel
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.prelu import PReLU
from prototxt.layers.scale import Scale
from prototxt.layers.spatial_product import SpatialProduct


def _along(query: Query, axis: int, operand: Shape) -> Place:
    """The place in an operand of this shape that starts at `axis` of the first bottom."""
    if not operand:
        return ()
    start = canonical_axis(axis, query.shapes[0])
    return query.at[start : start + len(operand)]


def _number(array: Array, place: Place) -> float:
    return float(array[place])


@break_down.register
def scale(layer: Scale, query: Query) -> Result:
    """The value times its factor, which is learned or comes from the second bottom."""
    factors, *offsets = [*query.bottoms[1:], *query.params]
    place = _along(query, layer.axis, factors.shape)
    factor = _number(factors, place)
    groups: tuple[Group, ...] = (query.one(factor=factor),)
    name = f"scale{index(place)}"
    if len(query.bottoms) > 1:
        groups = (*groups, query.one(place, bottom=1, auxiliary=True))
        name = query.x(place, 1)
    running = sum_of(groups[:1])
    formula = f"{query.y} = {query.x(query.at)} * {name}"
    if layer.bias_term:
        formula += f" + bias{index(place)}"
        running.plus(f"bias{index(place)}", _number(offsets[0], place))
    return Result(formula, groups, running)


@break_down.register
def bias(layer: Bias, query: Query) -> Result:
    """The value plus its offset, which is learned or comes from the second bottom."""
    value = query.one()
    if len(query.bottoms) > 1:
        place = _along(query, layer.axis, query.shapes[1])
        both = (value, query.one(place, bottom=1))
        return Result(f"{query.y} = {query.x(query.at)} + {query.x(place, 1)}", both, sum_of(both))
    place = _along(query, layer.axis, query.params[0].shape)
    running = sum_of([value]).plus(f"bias{index(place)}", _number(query.params[0], place))
    return Result(f"{query.y} = {query.x(query.at)} + bias{index(place)}", (value,), running)


@break_down.register
def prelu(layer: PReLU, query: Query) -> Result:
    """The value unchanged above 0, else times a learned slope."""
    place = () if layer.channel_shared else query.at[1:2]
    slope = _number(query.params[0], place)
    value = query.one()
    running = sum_of([value])
    if value.subtotal <= 0:
        running.times(f"slope{index(place)}: not above 0", slope)
    else:
        running.to("unchanged: above 0", running.value, running.size)
    x = query.x(query.at)
    return Result(f"{query.y} = max({x}, 0) + slope{index(place)} * min({x}, 0)", (value,), running)


@break_down.register
def axpy(layer: Axpy, query: Query) -> Result:
    """A channel times its weight, plus the third bottom."""
    weight = (*query.at[:2], *(0,) * (len(query.shapes[0]) - 2))
    factor = query.value(weight)
    groups = (
        query.one(bottom=1, factor=factor),
        query.one(bottom=2),
        query.one(weight, bottom=0, auxiliary=True),
    )
    formula = f"{query.y} = {query.x(weight)} * {query.x(query.at, 1)} + {query.x(query.at, 2)}"
    return Result(formula, groups, sum_of(groups))


@break_down.register
def spatial_product(layer: SpatialProduct, query: Query) -> Result:
    """The value times the value of the single map at the same place."""
    place = (query.at[0], 0, *query.at[2:])
    groups = (query.one(factor=query.value(place, 1)), query.one(place, bottom=1, auxiliary=True))
    formula = f"{query.y} = {query.x(query.at)} * {query.x(place, 1)}"
    return Result(formula, groups, sum_of(groups))


@break_down.register
def bias_channel(layer: BiasChannel, query: Query) -> Result:
    """The score, plus the bonus of its class where the class is labelled."""
    n, c, y, x = query.at
    value = query.one(query.at[: len(query.shapes[0])])
    shape = query.shapes[1]
    label_places = grid(n, *((0, y, x)[: len(shape) - 1] if layer.by_pixel else map(range, shape[1:])))
    title = "label of the pixel" if layer.by_pixel else "labels of the image"
    labels = query.context(title, label_places, 1)
    classes = np.trunc(labels.values)
    kept = classes[~np.isin(classes, layer.ignored)]
    running = sum_of([value])
    if c == layer.background and layer.by_pixel:
        times, step, bonus = int(len(kept) > 0), "bg_bias: the pixel counts", layer.bg_bias
    else:
        times = int((kept == c).sum())
        is_background = c == 0 and not layer.by_pixel
        name, bonus = ("bg_bias", layer.bg_bias) if is_background else ("fg_bias", layer.fg_bias)
        step = f"{times} * {name}: class {c} is labelled"
    if times:
        running.plus(step, times * bonus)
    else:
        running.to(f"class {c} is not labelled", running.value, running.size)
    return Result(f"{query.y} = {query.x(value.places[0])} + bias of its class", (value, labels), running)
