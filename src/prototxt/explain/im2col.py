"""A layer as a product of matrices: their sizes, and the memory that laying out the windows takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prototxt.explain.look import Look, of_class
from prototxt.explain.section import Line, Section
from prototxt.explain.words import number, product, size_in_bytes
from prototxt.layers.base import Layer, count
from prototxt.layers.convolution import Convolution
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.inner_product import InnerProduct

FLOAT_BYTES = 4

Matrix = tuple[str, int, int]
"""What it holds, its rows and its columns."""


def im2col(look: Look) -> Section | None:
    """Nothing for layers that are no product of matrices."""
    rule = of_class(RULES, look.layer)
    return rule(look) if rule else None


def _section(lines: Sequence[Line], *matrices: Matrix) -> Section:
    return Section("im2col", "As a product of matrices", tuple(lines), _picture(matrices))


def _times(groups: int, images: int) -> str:
    """How often it is done."""
    each = [f"{groups} times for each image, once for a group" if groups > 1 else "once for each image"]
    return each[0] + (f": {groups * images} times for this batch" if images > 1 else "")


def _convolution(look: Look) -> Section:
    layer, shape = look.layer, look.bottom[0]
    assert isinstance(layer, Convolution)
    axis, window, groups = layer.channel_axis(shape), layer.window(shape), layer.groups(shape)
    depth, outputs = layer.channels(shape) // groups, layer.outputs(shape) // groups
    k, places, images = depth * window.size, count(look.top[0][axis + 1 :]), count(shape[:axis])
    is_itself = window.size == 1 and not any(window.pad) and set(window.stride) <= {1}
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
    return _section(lines, ("weights", outputs, k), ("columns", k, places), ("maps", outputs, places))


def _memory(values: int, plain: int) -> Line:
    size = FLOAT_BYTES * values
    if not size:
        return Line("memory", "none besides input and output", values={"bytes": 0})
    against = f"{number(round(values / plain, 1))} times its input of {size_in_bytes(FLOAT_BYTES * plain)}"
    text = f"{size_in_bytes(size)} of columns for an image, {against}"
    return Line("memory", text, values={"bytes": size})


def _deconvolution(look: Look) -> Section:
    layer, shape = look.layer, look.bottom[0]
    assert isinstance(layer, Deconvolution)
    axis, window, groups = layer.channel_axis(shape), layer.window(shape), layer.groups(shape)
    depth, outputs = layer.channels(shape) // groups, layer.outputs(shape) // groups
    rows, places, images = outputs * window.size, count(shape[axis + 1 :]), count(shape[:axis])
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


def _inner_product(look: Look) -> Section:
    layer = look.layer
    assert isinstance(layer, InnerProduct)
    rows, k = layer.matrix(look.bottom[0])
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


RULES: dict[type[Layer], Callable[[Look], Section]] = {
    Convolution: _convolution,
    Deconvolution: _deconvolution,
    InnerProduct: _inner_product,
}
"""By layer class; a class without a row of its own has its base's."""
