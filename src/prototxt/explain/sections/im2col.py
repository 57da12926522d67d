"""A layer as a product of matrices: their sizes, and the memory that laying out the windows takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest

from prototxt.blobs import count
from prototxt.explain.sections.section import Line, Section
from prototxt.graph.context import LayerContext, of_class
from prototxt.layers.base import Layer
from prototxt.layers.common.window import Axis
from prototxt.layers.convolution import Convolution
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.inner_product import InnerProduct
from prototxt.views.words import FLOAT_BYTES, number, product, size_of_floats

MAX_TAPS, MAX_PLACES = 9, 4
"""As many rows and columns of the windows' matrix are written down."""

MAX_AXES = 2
"""Of spatial axes; a row with more is too long to read."""

Matrix = tuple[str, int, int]
"""What it holds, its rows and its columns."""


def im2col(context: LayerContext) -> Section | None:
    """Nothing for layers that are no product of matrices."""
    rule = of_class(RULES, context.layer)
    return rule(context) if rule else None


def _section(lines: Sequence[Line], *matrices: Matrix, below: str = "") -> Section:
    picture = "\n\n".join(part for part in (_picture(matrices), below) if part)
    return Section("im2col", "As a product of matrices", tuple(lines), picture)


def _times(groups: int, images: int) -> str:
    """How often it is done."""
    each = [f"{groups} times for each image, once for a group" if groups > 1 else "once for each image"]
    return each[0] + (f": {groups * images} times for this batch" if images > 1 else "")


def _convolution(context: LayerContext) -> Section:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Convolution)
    axis, window, groups = layer.channel_axis(shape), layer.window(shape), layer.groups(shape)
    depth, outputs = layer.channels(shape) // groups, layer.outputs(shape) // groups
    k, places, images = depth * window.num_taps, count(context.top[0][axis + 1 :]), count(shape[:axis])
    is_itself = window.num_taps == 1 and not any(window.pad) and set(window.stride) <= {1}
    window_values = f"its {product([depth, *window.kernel])} values below each other"
    columns = f"{k:,} x {places:,}: a column for each window, {window_values}"
    if is_itself:
        columns = f"{k:,} x {places:,}: the input as it lies in memory, nothing is copied"
    lines = [
        Line(
            "weights", f"{outputs:,} x {k:,}: a row for each kernel", values={"rows": outputs, "columns": k}
        ),
        Line("columns", columns, values={"rows": k, "columns": places}),
        Line("product", f"{outputs:,} x {places:,}: a row is a map", _times(groups, images)),
        _memory(0 if is_itself else groups * k * places, count(shape[axis:])),
    ]
    matrices = ("weights", outputs, k), ("columns", k, places), ("maps", outputs, places)
    axes = window.axes
    head = "columns" if groups == 1 else "of group 0"
    return _section(lines, *matrices, below="" if is_itself else _columns(head, depth, axes))


def _columns(head: str, depth: int, axes: Sequence[Axis]) -> str:
    """The corners of the matrix of columns: which value of x stands where, by its weight and its window."""
    if len(axes) > MAX_AXES:
        return ""
    taps = _shown([depth, *(axis.kernel for axis in axes)], MAX_TAPS)
    places = _shown([axis.out for axis in axes], MAX_PLACES)
    rows = [[head, *("..." if at is None else _at("y", "o", *at) for at in places)]]
    for tap in taps:
        if tap is None:
            rows.append(["..."])
            continue
        cells = ("..." if at is None else _value(axes, tap, at) for at in places)
        rows.append([_at("w", "o", *tap), *cells])
    widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
    return "\n".join(
        "  ".join(f"{c:{w}}" for c, w in zip(row, widths, strict=False)).rstrip() for row in rows
    )


def _value(axes: Sequence[Axis], tap: Sequence[int], at: Sequence[int]) -> str:
    """The value of x that this tap of the window `at` this place sees."""
    channel, *offsets = tap
    seen = [
        i * axis.stride - axis.pad + u * axis.dilation for axis, i, u in zip(axes, at, offsets, strict=True)
    ]
    inside = all(0 <= x < axis.size for axis, x in zip(axes, seen, strict=True))
    return _at("x", channel, *seen) if inside else "0"


def _at(name: str, *place: object) -> str:
    return f"{name}[{','.join(map(str, place))}]"


def _shown(sizes: Sequence[int], most: int) -> list[tuple[int, ...] | None]:
    """All places in so many axes or, of more than `most`, the first two and the last; None for those between."""
    number = count(sizes)
    wanted = list(range(number)) if number <= most else [0, 1, None, number - 1]
    return [None if i is None else _unravel(i, sizes) for i in wanted]


def _unravel(index: int, sizes: Sequence[int]) -> tuple[int, ...]:
    place: tuple[int, ...] = ()
    for size in reversed(sizes):
        index, along = divmod(index, size)
        place = (along, *place)
    return place


def _memory(values: int, plain: int) -> Line:
    taken = {"bytes": FLOAT_BYTES * values}
    if not values:
        return Line("memory", "none besides input and output", values=taken)
    against = f"{number(round(values / plain, 1))} times its input of {size_of_floats(plain)}"
    return Line("memory", f"{size_of_floats(values)} of columns for an image, {against}", values=taken)


def _deconvolution(context: LayerContext) -> Section:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Deconvolution)
    axis, window, groups = layer.channel_axis(shape), layer.window(shape), layer.groups(shape)
    depth, outputs = layer.channels(shape) // groups, layer.outputs(shape) // groups
    rows, places, images = outputs * window.num_taps, count(shape[axis + 1 :]), count(shape[:axis])
    lines = [
        Line("weights", f"{rows:,} x {depth:,}: transposed, a row for each tap of each output"),
        Line("input", f"{depth:,} x {places:,}: as it lies in memory"),
        Line(
            "product", f"{rows:,} x {places:,}: a column is what one value lays down", _times(groups, images)
        ),
        Line("then", "col2im: every column is added at its place of the output, the way of im2col backwards"),
        _memory(groups * rows * places, count(shape[axis:])),
    ]
    return _section(lines, ("weights", rows, depth), ("input", depth, places), ("columns", rows, places))


def _inner_product(context: LayerContext) -> Section:
    layer = context.layer
    assert isinstance(layer, InnerProduct)
    rows, k = layer.matrix(context.bottom[0])
    lines = [
        Line("input", f"{rows:,} x {k:,}: a row for each image, as it lies in memory"),
        Line(
            "weights",
            f"{k:,} x {layer.num_output:,}"
            + ("" if layer.transpose else ": transposed, stored the other way"),
        ),
        Line("product", f"{rows:,} x {layer.num_output:,}", "no windows, so no columns to lay out"),
    ]
    output = layer.num_output
    return _section(lines, ("input", rows, k), ("weights", k, output), ("output", rows, output))


def _picture(matrices: Sequence[Matrix]) -> str:
    """Boxes side by side, columns above each and rows before it, the last one the product."""
    above, top, middle, bottom = "", "", "", ""
    for i, (name, rows, columns) in enumerate(matrices):
        sign = "" if not i else "  =  " if i == len(matrices) - 1 else "  x  "
        inner = max(len(name), len(f"{columns:,}")) + 2
        before = " " * len(f"{sign}{rows:,} ")
        above += f"{before} {f'{columns:,}':^{inner}} "
        top += f"{before}┌{'─' * inner}┐"
        middle += f"{sign}{rows:,} │{name:^{inner}}│"
        bottom += f"{before}└{'─' * inner}┘"
    return "\n".join(line.rstrip() for line in (above, top, middle, bottom))


RULES: dict[type[Layer], Callable[[LayerContext], Section]] = {
    Convolution: _convolution,
    Deconvolution: _deconvolution,
    InnerProduct: _inner_product,
}
"""By layer class; a class without a row of its own has its base's."""
