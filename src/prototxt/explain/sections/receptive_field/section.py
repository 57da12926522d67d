"""The section on a layer's receptive field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import prod

from prototxt.errors import printable
from prototxt.explain.axis_names import Names, alike
from prototxt.explain.sections.receptive_field.fields import receptive_fields, why_unknown
from prototxt.explain.sections.receptive_field.model import (
    FieldAxis,
    ReceptiveField,
    through_transposed_window,
    through_window,
)
from prototxt.explain.sections.section import Line, Section
from prototxt.graph.context import LayerContext
from prototxt.graph.graph import BlobId
from prototxt.layers.common.window import Axis
from prototxt.layers.convolution import Convolution
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.pooling import Pooling
from prototxt.views.numbers import product

__all__ = ["receptive_field_section"]


def receptive_field_section(context: LayerContext) -> Section | None:
    """The section; None for layers without tops, and for those that depend on no image."""
    if not context.node.tops or not context.node.bottoms:
        return None
    top = context.node.tops[0]
    fields = receptive_fields(context.graph)
    field = fields.get(top)
    if field is None:
        return _section(Line("field", f"not known: {why_unknown(context.graph, top)}"))
    if not field.axes:
        return _section(Line("field", f"nothing: {field.note}")) if field.note else None
    pixels = context.graph.shapes[field.root][2:]
    return _section(*_lines(context, fields, field, pixels))


def _section(*lines: Line) -> Section:
    return Section("field", "Receptive field", lines)


def _lines(
    context: LayerContext,
    fields: Mapping[BlobId, ReceptiveField],
    field: ReceptiveField,
    pixels: Sequence[int],
) -> list[Line]:
    others = "".join(f", and as much of {root.name}" for root in field.other_roots)
    image = printable(f"{field.root.name}'s {product(pixels)} pixels{others}")
    sizes = [axis.size for axis in field.axes]
    values: dict[str, object] = {
        "root": field.root.name, "size": sizes, "jump": [float(axis.jump) for axis in field.axes],
        "centre": [float(axis.centre) for axis in field.axes], "image": list(pixels),
    }  # fmt: skip
    if field.covers(pixels):
        larger = f"its field of {product(sizes)} is larger" if max(sizes) > max(pixels) else ""
        return [Line("field", f"everything: all of {image}", field.note or larger, values)]
    if not field.aligned:
        note = field.note or "its values do not lie in rows and columns of the image"
        return [Line("field", f"up to {product(sizes)} of {image}", note, values)]
    lines = [Line("field", f"{product(sizes)} of {image}", values=values)]
    steps = [replace(axis, length=min(axis.length, 2)) for axis in field.axes]
    lines += [_axis_line(names, axis) for names, axis in alike(steps)]
    return [*lines, *_growth(context, fields), *_edges(field, pixels)]


def _axis_line(names: Names, axis: FieldAxis) -> Line:
    """The jump and the position along an axis."""
    start, end = (_pixel(place) for place in (axis.first, axis.last))
    jump = f"the next value sees the same, {_pixel(axis.jump)} {'pixel' if axis.jump == 1 else 'pixels'} on"
    position = f"value 0 is centred at pixel {_pixel(axis.centre)} and sees {start} to {end}"
    return Line(names.axis, jump if axis.length > 1 else "one value", position)


def _pixel(place: Fraction) -> str:
    return f"{float(place):.5g}"


def _growth(context: LayerContext, fields: Mapping[BlobId, ReceptiveField]) -> list[Line]:
    """The arithmetic from the bottom's field to this one, of layers with a window."""
    before, layer = fields[context.node.bottoms[0]], context.layer
    if not isinstance(layer, Convolution | Pooling | Deconvolution):
        return []
    pairs = list(zip(before.axes, context.axes, strict=True))
    if isinstance(layer, Deconvolution):
        sums = [_transposed_growth(axis, window) for axis, window in pairs]
        note = "the field before + (the values that overlap at a place - 1) * the step before"
    else:
        sums = [_window_growth(axis, window) for axis, window in pairs]
        note = "the field before + (the extent of the kernel - 1) * the step before"
    return [Line("follows", "\n".join(dict.fromkeys(sums)), note)]


def _window_growth(before: FieldAxis, window: Axis) -> str:
    after, step = through_window(before, window), _pixel(before.jump)
    return (
        f"{before.size} + ({window.extent} - 1) * {step} = {after.size}, "
        f"steps of {step} * {window.stride} = {_pixel(after.jump)}"
    )


def _transposed_growth(before: FieldAxis, window: Axis) -> str:
    after, step = through_transposed_window(before, window), _pixel(before.jump)
    return (
        f"{before.size} + ({-(-window.extent // window.stride)} - 1) * {step} = {after.size}, "
        f"steps of {step} / {window.stride} = {_pixel(after.jump)}"
    )


def _edges(field: ReceptiveField, pixels: Sequence[int]) -> list[Line]:
    """The share of padding in the corner value's field, and the number of values without any."""
    pairs = list(zip(field.axes, pixels, strict=True))
    inside = [axis.count_inside(n) for axis, n in pairs]
    lengths = [axis.length for axis, _ in pairs]
    if inside == lengths:
        return [Line("edges", "no value sees padding", values={"outside": 0.0})]
    outside = 1 - float(prod(axis.share_inside(n) for axis, n in pairs))
    which = "every value sees padding"
    if prod(inside):
        which = f"{product(inside)} of the {product(lengths)} values see no padding"
    text = f"{100 * outside:.0f}% of the corner value's field lies outside the image; {which}"
    return [Line("edges", text, values={"outside": outside, "unpadded": inside})]
