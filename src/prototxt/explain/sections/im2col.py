"""The section on a layer as a product of matrices: their sizes, and the memory for the matrix of windows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from itertools import zip_longest

from prototxt.blobs import count
from prototxt.explain.sections.section import Line, Section
from prototxt.graph.context import LayerContext
from prototxt.layers.base import Layer
from prototxt.layers.common.window import Axis
from prototxt.layers.convolution import Convolution
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.inner_product import InnerProduct
from prototxt.views.numbers import FLOAT_BYTES, float_bytes, number, product

__all__ = ["im2col_section", "matrix_product"]

MAX_TAPS, MAX_PLACES = 9, 4
"""The most rows and columns of the matrix of windows that are shown."""

MAX_AXES = 2
"""The most spatial axes; with more a row is too long to read."""

Matrix = tuple[str, int, int]
"""A name, the number of rows, the number of columns."""


def im2col_section(context: LayerContext) -> Section | None:
    """The section; None for layers that are no product of matrices."""
    return matrix_product(context.layer, context)


@singledispatch
def matrix_product(layer: Layer, context: LayerContext) -> Section | None:
    """The layer as a product of matrices; by default None."""
    return None


def _section(lines: Sequence[Line], *matrices: Matrix, below: str = "") -> Section:
    picture = "\n\n".join(part for part in (_picture(matrices), below) if part)
    return Section("im2col", "As a product of matrices", tuple(lines), picture)


def _repeats(groups: int, images: int) -> str:
    """The number of products."""
    per_image = f"{groups} times per image, once per group" if groups > 1 else "once per image"
    return per_image + (f": {groups * images} times for this batch" if images > 1 else "")


@matrix_product.register
def product_of_convolution(layer: Convolution, context: LayerContext) -> Section:
    """Kernels times windows."""
    shape = context.bottom[0]
    axis, window, groups = layer.channel_axis(shape), layer.window(shape), layer.groups(shape)
    depth, outputs = layer.channels(shape) // groups, layer.outputs(shape) // groups
    k, places, images = depth * window.num_taps, count(context.top[0][axis + 1 :]), count(shape[:axis])
    is_input = window.num_taps == 1 and not any(window.pad) and set(window.stride) <= {1}
    columns = f"{k:,} x {places:,}: a column per window, with its {product([depth, *window.kernel])} values"
    if is_input:
        columns = f"{k:,} x {places:,}: the input as it lies in memory, nothing is copied"
    lines = [
        Line("weights", f"{outputs:,} x {k:,}: a row per kernel", values={"rows": outputs, "columns": k}),
        Line("columns", columns, values={"rows": k, "columns": places}),
        Line("product", f"{outputs:,} x {places:,}: a row per map", _repeats(groups, images)),
        _memory(0 if is_input else groups * k * places, count(shape[axis:])),
    ]
    matrices = ("weights", outputs, k), ("columns", k, places), ("maps", outputs, places)
    head = "columns" if groups == 1 else "of group 0"
    return _section(lines, *matrices, below="" if is_input else _corners(head, depth, context.axes))


def _corners(head: str, depth: int, axes: Sequence[Axis]) -> str:
    """The corners of the matrix of windows: the index into x at each place, by weight and by window."""
    if len(axes) > MAX_AXES:
        return ""
    taps = _shown([depth, *(axis.kernel for axis in axes)], MAX_TAPS)
    places = _shown([axis.out for axis in axes], MAX_PLACES)
    rows = [[head, *("..." if place is None else _index("y", "o", *place) for place in places)]]
    for tap in taps:
        if tap is None:
            rows.append(["..."])
            continue
        cells = ("..." if place is None else _value(axes, tap, place) for place in places)
        rows.append([_index("w", "o", *tap), *cells])
    widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
    return "\n".join(
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in rows
    )


def _value(axes: Sequence[Axis], tap: Sequence[int], place: Sequence[int]) -> str:
    """The index into x that this tap of the window at this place reads."""
    channel, *offsets = tap
    position = [
        i * axis.stride - axis.pad + u * axis.dilation
        for axis, i, u in zip(axes, place, offsets, strict=True)
    ]
    inside = all(0 <= x < axis.size for axis, x in zip(axes, position, strict=True))
    return _index("x", channel, *position) if inside else "0"


def _index(name: str, *indices: object) -> str:
    return f"{name}[{','.join(map(str, indices))}]"


def _shown(sizes: Sequence[int], most: int) -> list[tuple[int, ...] | None]:
    """All positions in axes of these sizes; of more than `most` the first two, None, and the last."""
    number = count(sizes)
    wanted = list(range(number)) if number <= most else [0, 1, None, number - 1]
    return [None if i is None else _unravel(i, sizes) for i in wanted]


def _unravel(index: int, sizes: Sequence[int]) -> tuple[int, ...]:
    position: tuple[int, ...] = ()
    for size in reversed(sizes):
        index, along = divmod(index, size)
        position = (along, *position)
    return position


def _memory(values: int, input_values: int) -> Line:
    size = {"bytes": FLOAT_BYTES * values}
    if not values:
        return Line("memory", "none besides input and output", values=size)
    ratio = f"{number(round(values / input_values, 1))} times its input of {float_bytes(input_values)}"
    return Line("memory", f"{float_bytes(values)} of columns per image, {ratio}", values=size)


@matrix_product.register
def product_of_deconvolution(layer: Deconvolution, context: LayerContext) -> Section:
    """Transposed kernels times the input, added up by col2im."""
    shape = context.bottom[0]
    axis, window, groups = layer.channel_axis(shape), layer.window(shape), layer.groups(shape)
    depth, outputs = layer.channels(shape) // groups, layer.outputs(shape) // groups
    rows, places, images = outputs * window.num_taps, count(shape[axis + 1 :]), count(shape[:axis])
    lines = [
        Line("weights", f"{rows:,} x {depth:,}: transposed, a row per tap of each output"),
        Line("input", f"{depth:,} x {places:,}: as it lies in memory"),
        Line(
            "product", f"{rows:,} x {places:,}: a column is the kernel of one value", _repeats(groups, images)
        ),
        Line("then", "col2im, the reverse of im2col: every column is added at its place of the output"),
        _memory(groups * rows * places, count(shape[axis:])),
    ]
    return _section(lines, ("weights", rows, depth), ("input", depth, places), ("columns", rows, places))


@matrix_product.register
def product_of_inner_product(layer: InnerProduct, context: LayerContext) -> Section:
    """Inputs times weights."""
    rows, k = layer.matrix(context.bottom[0])
    outputs = layer.num_output
    order = "" if layer.transpose else ": transposed, stored the other way"
    lines = [
        Line("input", f"{rows:,} x {k:,}: a row per image, as it lies in memory"),
        Line("weights", f"{k:,} x {outputs:,}{order}"),
        Line("product", f"{rows:,} x {outputs:,}", "no windows, so no matrix of columns"),
    ]
    return _section(lines, ("input", rows, k), ("weights", k, outputs), ("output", rows, outputs))


def _picture(matrices: Sequence[Matrix]) -> str:
    """Boxes side by side, the number of columns above and of rows before each; the last is the product."""
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
