"""The section on a layer's output size: the arithmetic per axis, and the places of the input that no window sees."""

from __future__ import annotations

from functools import singledispatch

from prototxt.blobs import count, format_shape
from prototxt.errors import printable
from prototxt.explain.axis_names import alike, axis_names
from prototxt.explain.sections.docstring import docstring_part
from prototxt.explain.sections.section import Line, Section
from prototxt.explain.sections.window_lines import convolution_line, deconvolution_line, pooling_line
from prototxt.graph.context import LayerContext
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import four_axes
from prototxt.layers.concat import Concat
from prototxt.layers.convolution import Convolution
from prototxt.layers.crop import Crop
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.dense_block import DenseBlock
from prototxt.layers.flatten import Flatten
from prototxt.layers.im2col import Im2col
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.interp import Interp
from prototxt.layers.permute import Permute
from prototxt.layers.pooling import Pooling
from prototxt.layers.reshape import Reshape
from prototxt.layers.slice import Slice
from prototxt.views.numbers import counted, product, times

__all__ = ["size_lines", "size_section"]


def size_section(context: LayerContext) -> Section | None:
    """The section; None for layers without bottoms or tops."""
    if not context.bottom or not context.top:
        return None
    return Section("size", "How the output size follows", tuple(size_lines(context.layer, context)))


@singledispatch
def size_lines(layer: Layer, context: LayerContext) -> list[Line]:
    """The lines on a layer's output size; by default the shapes, and the rule from the layer type's docstring."""
    same = [
        printable(blob.name)
        for blob, shape in zip(context.node.bottoms, context.bottom, strict=True)
        if shape == context.top[0]
    ]
    if same and all(shape == context.top[0] for shape in context.top):
        return [Line("as its bottom", f"{format_shape(context.top[0])}, that of {same[0]}")]
    tops = zip(context.node.tops, context.top, strict=True)
    lines = [Line(top.name, format_shape(shape)) for top, shape in tops]
    return [*lines, Line("in general", docstring_part(layer, "Shapes"))]


@size_lines.register
def size_of_convolution(layer: Convolution, context: LayerContext) -> list[Line]:
    """One line per axis."""
    channels = Line("channels", f"num_output {layer.outputs(context.bottom[0])}: one map per kernel")
    return [channels, *(convolution_line(names, axis) for names, axis in alike(context.axes))]


@size_lines.register
def size_of_im2col(layer: Im2col, context: LayerContext) -> list[Line]:
    """One channel per tap, one line per axis."""
    kernel = [axis.kernel for axis in context.axes]
    shape = context.bottom[0]
    channels = shape[len(shape) - len(kernel) - 1]
    text = f"{product([channels, *kernel])} = {channels * count(kernel):,}: one channel per tap"
    return [Line("channels", text), *(convolution_line(names, axis) for names, axis in alike(context.axes))]


@size_lines.register
def size_of_pooling(layer: Pooling, context: LayerContext) -> list[Line]:
    """One line per axis, or one for a window as large as the map."""
    channels = Line("channels", f"{context.bottom[0][1]} as before: each map is pooled on its own")
    axes = context.axes
    if all(axis.kernel == axis.size and axis.out == 1 for axis in axes):
        whole = f"one window of {times(axis.kernel for axis in axes)}, the whole map: 1"
        return [channels, Line(", ".join(names.axis for names in axis_names(len(axes))), whole)]
    clips = layer.window_spec.clips and any(axis.pad for axis in axes)
    return [channels, *(pooling_line(names, axis, layer.floor, clips) for names, axis in alike(axes))]


@size_lines.register
def size_of_deconvolution(layer: Deconvolution, context: LayerContext) -> list[Line]:
    """One line per axis."""
    channels = Line("channels", f"num_output {layer.outputs(context.bottom[0])}")
    return [channels, *(deconvolution_line(names, axis) for names, axis in alike(context.axes))]


@size_lines.register
def size_of_inner_product(layer: InnerProduct, context: LayerContext) -> list[Line]:
    """The flattened input, and the outputs."""
    shape = context.bottom[0]
    vectors, length = layer.matrix(shape)
    inner = shape[layer.axis % len(shape) :]
    values = f"{product(inner)} = {length:,}" if len(inner) > 1 else f"{length:,}"
    return [
        Line("inputs", f"{values} values as one vector", f"{counted(vectors, 'such vector')} in the batch"),
        Line(
            "outputs",
            f"num_output {layer.num_output}",
            "without rows and columns" if len(inner) > 1 else "",
        ),
    ]


@size_lines.register
def size_of_concat(layer: Concat, context: LayerContext) -> list[Line]:
    """The sum along the axis."""
    axis = layer.axis % len(context.top[0])
    total = " + ".join(str(shape[axis]) for shape in context.bottom)
    return [
        Line(f"axis {axis}", f"{total} = {context.top[0][axis]}"),
        Line("others", "unchanged, the same in all bottoms"),
    ]


@size_lines.register
def size_of_slice(layer: Slice, context: LayerContext) -> list[Line]:
    """One line per top."""
    axis, cuts = layer.axis % len(context.bottom[0]), layer.cuts(context.bottom[0])
    return [
        Line(top.name, f"axis {axis}, {start} to {end - 1}: {end - start}")
        for top, start, end in zip(context.node.tops, cuts, cuts[1:], strict=False)
    ]


@size_lines.register
def size_of_crop(layer: Crop, context: LayerContext) -> list[Line]:
    """The size of the second bottom, and the offset along each axis."""
    shape, reference = context.bottom
    offsets = layer.offsets(shape, reference)
    first = len(shape) - len(offsets)
    like = (
        f"that of {printable(context.node.bottoms[1].name)}, {format_shape(reference)}, from axis {first} on"
    )
    lines = [Line("size", like)]
    for axis, offset in enumerate(offsets, first):
        kept = f"{offset} to {offset + reference[axis] - 1} of {shape[axis]}"
        rest = shape[axis] - reference[axis] - offset
        lines.append(Line(f"axis {axis}", kept, f"{offset} cut off before, {rest} after"))
    return lines


@size_lines.register
def size_of_flatten(layer: Flatten, context: LayerContext) -> list[Line]:
    """The number of values, which stays."""
    shape = context.bottom[0]
    return [Line("values", f"{product(shape)} = {count(shape):,}, now {format_shape(context.top[0])}")]


@size_lines.register
def size_of_interp(layer: Interp, context: LayerContext) -> list[Line]:
    """One line per axis, with the step between two values."""
    cut, sizes = sum(layer.cut_off), four_axes(context.bottom[0])[2:]
    lines = []
    for names, old, new in zip(axis_names(2), sizes, context.top[0][2:], strict=True):
        kept = old - cut
        step = (kept - 1) / max(new - 1, 1)
        note = f"corners aligned: {new - 1} steps over {kept - 1}, {step:.4g} each"
        factor = (new - 1) // (kept - 1) if kept > 1 and (new - 1) % (kept - 1) == 0 else 0
        text = f"{kept} + ({kept} - 1) * ({factor} - 1) = {new}" if factor > 1 else f"{kept} → {new}"
        lines.append(Line(names.axis, text, note))
    return lines


@size_lines.register
def size_of_reshape(layer: Reshape, context: LayerContext) -> list[Line]:
    """The number of values, which stays."""
    shape = context.bottom[0]
    text = f"{product(shape)} = {count(shape):,} values, now {product(context.top[0])}"
    return [Line("values", text, "in the order of memory, the last axis fastest")]


@size_lines.register
def size_of_permute(layer: Permute, context: LayerContext) -> list[Line]:
    """The old axis that each new one was."""
    shape = context.bottom[0]
    return [
        Line(f"axis {i}", f"axis {old} before: {shape[old]:,}") for i, old in enumerate(layer.axes(shape))
    ]


@size_lines.register
def size_of_dense_block(layer: DenseBlock, context: LayerContext) -> list[Line]:
    """The maps of the bottom and those that each transition adds."""
    channels, top = context.bottom[0][1], context.top[0]
    text = f"{channels} + {layer.transitions} * {layer.growth} = {top[1]:,}"
    return [
        Line("channels", text, "maps of the bottom, numTransition times growthRate"),
        Line("maps", "keep their size"),
    ]
