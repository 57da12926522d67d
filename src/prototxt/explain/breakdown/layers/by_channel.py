"""Layers that multiply or add numbers laid along some axes: Scale, Bias, PReLU, Axpy, SpatialProduct, BiasChannel."""

from __future__ import annotations

import numpy as np

from prototxt.blobs import Array, Shape
from prototxt.explain.breakdown.model import Group, Place
from prototxt.explain.breakdown.query import Account, Asked, added, grid, index
from prototxt.layers.axpy import Axpy
from prototxt.layers.bias import Bias
from prototxt.layers.bias_channel import BiasChannel
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.prelu import PReLU
from prototxt.layers.scale import Scale
from prototxt.layers.spatial_product import SpatialProduct


def _along(asked: Asked, axis: int, operand: Shape) -> Place:
    """The place in an array that is laid along some axes of the first bottom."""
    if not operand:
        return ()
    start = canonical_axis(axis, asked.shapes[0])
    return asked.at[start : start + len(operand)]


def _number(array: Array, place: Place) -> float:
    return float(array[place])


def scale(layer: Scale, asked: Asked) -> Account:
    """The value times its factor, which is learned or the second bottom's."""
    factors, *offsets = [*asked.bottoms[1:], *asked.params]
    place = _along(asked, layer.axis, factors.shape)
    factor = _number(factors, place)
    groups: tuple[Group, ...] = (asked.one(factor=factor),)
    name = f"scale{index(place)}"
    if len(asked.bottoms) > 1:
        groups = (*groups, asked.one(place, bottom=1, side=True))
        name = asked.x(place, 1)
    running = added(groups[:1])
    formula = f"{asked.y} = {asked.x(asked.at)} * {name}"
    if layer.bias_term:
        formula += f" + bias{index(place)}"
        running.plus(f"bias{index(place)}", _number(offsets[0], place))
    return Account(formula, groups, running)


def bias(layer: Bias, asked: Asked) -> Account:
    """The value plus its offset, which is learned or the second bottom's."""
    value = asked.one()
    if len(asked.bottoms) > 1:
        place = _along(asked, layer.axis, asked.shapes[1])
        both = (value, asked.one(place, bottom=1))
        return Account(f"{asked.y} = {asked.x(asked.at)} + {asked.x(place, 1)}", both, added(both))
    place = _along(asked, layer.axis, asked.params[0].shape)
    running = added([value]).plus(f"bias{index(place)}", _number(asked.params[0], place))
    return Account(f"{asked.y} = {asked.x(asked.at)} + bias{index(place)}", (value,), running)


def prelu(layer: PReLU, asked: Asked) -> Account:
    """As it is, or times a learned slope."""
    place = () if layer.channel_shared else asked.at[1:2]
    slope = _number(asked.params[0], place)
    value = asked.one()
    running = added([value])
    if value.subtotal <= 0:
        running.times(f"slope{index(place)}, for it is not above 0", slope)
    else:
        running.to("stays, for it is above 0", running.value, running.size)
    x = asked.x(asked.at)
    return Account(f"{asked.y} = max({x}, 0) + slope{index(place)} * min({x}, 0)", (value,), running)


def axpy(layer: Axpy, asked: Asked) -> Account:
    """A channel times its weight, plus a third bottom."""
    weight = (*asked.at[:2], *(0,) * (len(asked.shapes[0]) - 2))
    factor = asked.value(weight)
    groups = (
        asked.one(bottom=1, factor=factor),
        asked.one(bottom=2),
        asked.one(weight, bottom=0, side=True),
    )
    formula = f"{asked.y} = {asked.x(weight)} * {asked.x(asked.at, 1)} + {asked.x(asked.at, 2)}"
    return Account(formula, groups, added(groups))


def spatial_product(layer: SpatialProduct, asked: Asked) -> Account:
    """The value times the one map's value at its place."""
    place = (asked.at[0], 0, *asked.at[2:])
    groups = (asked.one(factor=asked.value(place, 1)), asked.one(place, bottom=1, side=True))
    formula = f"{asked.y} = {asked.x(asked.at)} * {asked.x(place, 1)}"
    return Account(formula, groups, added(groups))


def bias_channel(layer: BiasChannel, asked: Asked) -> Account:
    """The score, and what its class gets for being listed."""
    n, c, y, x = asked.at
    value = asked.one(asked.at[: len(asked.shapes[0])])
    shape = asked.shapes[1]
    listed = grid(n, *((0, y, x)[: len(shape) - 1] if layer.by_pixel else map(range, shape[1:])))
    labels = asked.aside("label of the pixel" if layer.by_pixel else "labels of the image", listed, 1)
    kept = np.trunc(labels.values)[~np.isin(np.trunc(labels.values), layer.ignored)]
    running = added([value])
    if c == layer.background and layer.by_pixel:
        times, name, each = int(len(kept) > 0), "bg_bias, the pixel counts", layer.bg_bias
    else:
        times = int((kept == c).sum())
        name, each = (
            ("bg_bias", layer.bg_bias) if c == 0 and not layer.by_pixel else ("fg_bias", layer.fg_bias)
        )
        name = f"{times} * {name}, for class {c} is there" if times else name
    if times:
        running.plus(name, times * each)
    else:
        running.to(f"class {c} is not there", running.value, running.size)
    return Account(f"{asked.y} = {asked.x(value.places[0])} + bias of its class", (value, labels), running)
