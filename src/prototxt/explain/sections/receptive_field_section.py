"""What a layer's values see of the input, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import prod

from prototxt.explain.axis_names import Names, alike
from prototxt.explain.sections.receptive_field import (
    Field,
    Reach,
    fields,
    stamped,
    why_unknown,
    windowed,
)
from prototxt.explain.sections.section import Line, Section
from prototxt.graph.context import LayerContext
from prototxt.graph.graph import BlobId
from prototxt.layers.common.window import Axis
from prototxt.layers.convolution import Convolution
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.pooling import Pooling
from prototxt.views.words import product


def field(context: LayerContext) -> Section | None:
    """Nothing for layers without tops that see an image."""
    seen = fields(context.graph)
    if not context.node.tops or not context.node.bottoms:
        return None
    told = seen.get(context.node.tops[0])
    if told is None:
        return _section(Line("field", f"not known: {why_unknown(context.graph, context.node.tops[0])}"))
    if not told.axes:
        return _section(Line("field", f"nothing: {told.note}")) if told.note else None
    pixels = context.graph.shapes[told.root][2:]
    return _section(*_lines(context, seen, told, pixels))


def _section(*lines: Line) -> Section:
    return Section("field", "What it sees of the input", lines)


def _lines(
    context: LayerContext, seen: Mapping[BlobId, Field], told: Field, pixels: Sequence[int]
) -> list[Line]:
    also = "".join(f", and as much of {root.name}" for root in told.also)
    image = f"{told.root.name}'s {product(pixels)} pixels{also}"
    sizes = [axis.size for axis in told.axes]
    values = {
        "root": told.root.name, "size": sizes, "jump": [float(axis.jump) for axis in told.axes],
        "centre": [float(axis.centre) for axis in told.axes], "image": list(pixels),
    }  # fmt: skip
    if told.whole(pixels):
        note = f"its field of {product(sizes)} is larger" if max(sizes) > max(pixels) else ""
        note = told.note or note
        return [Line("field", f"everything: all of {image}", note, values)]
    if not told.aligned:
        return [
            Line(
                "field",
                f"up to {product(sizes)} of {image}",
                told.note or "places are no rows and columns of it",
                values,
            )
        ]
    lines = [Line("field", f"{product(sizes)} of {image}", values=values)]
    steps = [replace(reach, units=min(reach.units, 2)) for reach in told.axes]
    lines += [_axis_line(names, reach) for names, reach in alike(steps)]
    return [*lines, *_growth(context, seen), *_edges(told, pixels)]


def _axis_line(names: Names, reach: Reach) -> Line:
    """Steps and places along an axis."""
    start, end = (_pixel(place) for place in (reach.first, reach.last))
    steps = (
        f"the next value sees the same, {_pixel(reach.jump)} {'pixel' if reach.jump == 1 else 'pixels'} on"
    )
    place = f"value 0 is centred at pixel {_pixel(reach.centre)} and sees {start} to {end}"
    return Line(names.axis, steps if reach.units > 1 else "one value", place)


def _pixel(place: Fraction) -> str:
    return f"{float(place):.5g}"


def _growth(context: LayerContext, seen: Mapping[BlobId, Field]) -> list[Line]:
    """How the field follows from that of the bottom, of layers with a window."""
    before, layer = seen[context.node.bottoms[0]], context.layer
    if not isinstance(layer, Convolution | Pooling | Deconvolution):
        return []
    shape = context.bottom[0]
    pairs = list(zip(before.axes, layer.window(shape).axes, strict=True))
    if isinstance(layer, Deconvolution):
        grown = [_stamp_growth(reach, axis) for reach, axis in pairs]
        note = "the field before + (the values that meet at a place - 1) * the steps before"
    else:
        grown = [_window_growth(reach, axis) for reach, axis in pairs]
        note = "the field before + (what the kernel spans - 1) * the steps before"
    return [Line("follows", "\n".join(dict.fromkeys(grown)), note)]


def _window_growth(reach: Reach, axis: Axis) -> str:
    after, step = windowed(reach, axis), _pixel(reach.jump)
    return (
        f"{reach.size} + ({axis.extent} - 1) * {step} = {after.size}, "
        f"steps of {step} * {axis.stride} = {_pixel(after.jump)}"
    )


def _stamp_growth(reach: Reach, axis: Axis) -> str:
    after, step, stamps = stamped(reach, axis), _pixel(reach.jump), -(-axis.extent // axis.stride)
    return (
        f"{reach.size} + ({stamps} - 1) * {step} = {after.size}, "
        f"steps of {step} / {axis.stride} = {_pixel(after.jump)}"
    )


def _edges(told: Field, pixels: Sequence[int]) -> list[Line]:
    """What of the outermost field is padding, and how many values see none."""
    pairs = list(zip(told.axes, pixels, strict=True))
    outside = 1 - float(prod(reach.inside(n) for reach, n in pairs))
    free = [reach.unpadded(n) for reach, n in pairs]
    units = [reach.units for reach, _ in pairs]
    if free == units:
        return [Line("edges", "every value sees pixels of the image alone", values={"outside": 0.0})]
    seen = f"{product(free)} of the {product(units)} values" if prod(free) else "no value"
    text = (
        f"{100 * outside:.0f}% of what the corner value sees lies outside the image; {seen} see pixels alone"
    )
    return [
        Line(
            "edges",
            text.replace("no value see", "no value sees"),
            values={"outside": outside, "unpadded": free},
        )
    ]
