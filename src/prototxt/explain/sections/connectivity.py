"""The section on a layer's connections: the values of its bottoms that one value depends on, and the maps it mixes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

from prototxt.blobs import count
from prototxt.errors import printable
from prototxt.explain.sections.groups import MAX_GROUPS, Groups
from prototxt.explain.sections.section import Line, Section
from prototxt.graph.context import LayerContext
from prototxt.layers.axpy import Axpy
from prototxt.layers.base import Layer
from prototxt.layers.bias import Bias
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.common.per_channel import PerChannel
from prototxt.layers.common.window import Window
from prototxt.layers.concat import Concat
from prototxt.layers.convolution import Convolution
from prototxt.layers.crop import Crop
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.dropout import Dropout
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.flatten import Flatten
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.interp import Interp
from prototxt.layers.lrn import LRN
from prototxt.layers.permute import Permute
from prototxt.layers.pooling import Pooling
from prototxt.layers.prelu import PReLU
from prototxt.layers.reshape import Reshape
from prototxt.layers.reverse import Reverse
from prototxt.layers.scale import Scale
from prototxt.layers.shuffle_channel import ShuffleChannel
from prototxt.layers.slice import Slice
from prototxt.layers.softmax import Softmax
from prototxt.layers.split import Split
from prototxt.layers.tile import Tile
from prototxt.views.numbers import counted, product, slice_of, span, times

__all__ = ["connections", "connectivity_section"]


def connectivity_section(context: LayerContext) -> Section | None:
    """The section; None for layers without bottoms or tops, and for types without a rule."""
    return connections(context.layer, context) if context.bottom and context.top else None


@singledispatch
def connections(layer: Layer, context: LayerContext) -> Section | None:
    """The connections of a layer; by default None."""
    return None


def _section(lines: Sequence[Line], picture: str = "") -> Section:
    return Section("connectivity", "What one value is made of", tuple(lines), picture)


def _elementwise(text: str) -> Section:
    """The section of layers whose values depend only on their own place."""
    return _section([Line("each value", text), Line("mixes", "no maps and no neighbours")])


@connections.register
def connections_of_convolution(layer: Convolution, context: LayerContext) -> Section:
    """The window of one value, the groups, and the matrix of maps."""
    shape = context.bottom[0]
    window = layer.window(shape)
    kernel, taps = window.kernel, window.num_taps
    groups = Groups(layer.channels(shape), layer.outputs(shape), layer.groups(shape))
    depth = groups.inputs // groups.number
    bias = ", and a bias" if layer.bias_term else ""
    values = f"{product([depth, *kernel])} = {depth * taps:,} values of {printable(context.node.bottoms[0].name)}{bias}"
    numbers = {"depth": depth, "kernel": list(kernel), "values": depth * taps}
    lines = [
        Line("kernel sees", values, _dilation_note(window), numbers),
        Line("kernels", _kernels(groups, kernel)),
        *_group_lines(groups),
        Line("joined", _pairs(groups, kernel), values={"pairs": groups.pairs}),
        *_one_by_one(context, groups, taps),
    ]
    return _section(lines, groups.picture())


def _dilation_note(window: Window) -> str:
    """The extent of a dilated kernel and its cost."""
    if window.extent == window.kernel:
        return ""
    return f"its taps span {times(window.extent)} of a map, at the cost of {times(window.kernel)}"


def _kernels(groups: Groups, kernel: Sequence[int]) -> str:
    depth = groups.inputs // groups.number
    if depth == 1:
        return f"{groups.outputs:,}, one map each: the maps are not mixed"
    slices = f"{groups.outputs:,}, each with {slice_of(kernel)} of its own for each of its {depth:,} maps"
    return f"{slices}; their sum is one map: {groups.outputs:,} maps, not {groups.outputs:,} x {depth:,}"


def _group_lines(groups: Groups) -> list[Line]:
    if groups.number == 1:
        every = f"{span(0, groups.inputs - 1)} → outputs {span(0, groups.outputs - 1)}"
        return [Line("inputs", f"{every}: every output sees every input", values={"group": 1})]
    pairs = [f"{inputs} → outputs {outputs}" for inputs, outputs in groups.ranges()]
    pairs += ["..."] * (groups.number > MAX_GROUPS)
    i, o = groups.inputs // groups.number, groups.outputs // groups.number
    sizes = f"group {groups.number}: {counted(i, 'input')} and {counted(o, 'output')} each"
    return [Line("inputs", ("; " if i == o == 1 else "\n").join(pairs), sizes, {"group": groups.number})]


def _pairs(groups: Groups, kernel: Sequence[int]) -> str:
    every = groups.inputs * groups.outputs
    if groups.pairs == every:
        return f"all {groups.inputs:,} x {groups.outputs:,} = {every:,} pairs, {slice_of(kernel)} for each"
    of = f"{groups.inputs:,} x {groups.outputs:,} = {every:,} pairs"
    return f"{groups.pairs:,} of {of}, 1 in {every // groups.pairs:,}"


def _one_by_one(context: LayerContext, groups: Groups, taps: int) -> list[Line]:
    """The meaning of a kernel of a single tap."""
    if taps > 1:
        return []
    places = counted(count(context.top[0][2:]), "place")
    what = f"only maps, no neighbours: one small InnerProduct, the same at each of the {places}"
    return [Line("1x1", f"{what}; {groups.inputs} maps become {groups.outputs}")]


@connections.register
def connections_of_deconvolution(layer: Deconvolution, context: LayerContext) -> Section:
    """The kernel that one input adds, and the kernels that overlap at one value."""
    shape = context.bottom[0]
    window = layer.window(shape)
    groups = Groups(layer.channels(shape), layer.outputs(shape), layer.groups(shape))
    depth, outputs = groups.inputs // groups.number, groups.outputs // groups.number
    overlap = [-(-extent // stride) for extent, stride in zip(window.extent, window.stride, strict=True)]
    kernel = [outputs, *window.kernel]
    lines = [
        Line(
            "each input",
            f"adds a kernel of {product(kernel)} = {count(kernel):,} values, scaled by the input",
        ),
        Line(
            "each value",
            f"the sum of at most {product([depth, *overlap])} = {depth * count(overlap):,} of those",
        ),
        *_group_lines(groups),
        Line("joined", _pairs(groups, window.kernel), values={"pairs": groups.pairs}),
    ]
    return _section(lines, groups.picture())


@connections.register
def connections_of_pooling(layer: Pooling, context: LayerContext) -> Section:
    """A window of one map."""
    window, maps = layer.window(context.bottom[0]), context.bottom[0][1]
    lines = [
        Line(
            "each value", f"{times(window.kernel)} = {window.num_taps:,} values of the map of the same number"
        ),
        Line("maps", f"{maps:,}, each on its own: pooling mixes no maps"),
    ]
    return _section(lines, Groups(maps, maps, maps).picture())


@connections.register
def connections_of_inner_product(layer: InnerProduct, context: LayerContext) -> Section:
    """All values of an image."""
    shape = context.bottom[0]
    values = layer.matrix(shape)[1]
    lines = [Line("output sees", f"all {values:,} values of an image, each with a weight of its own")]
    maps = shape[layer.axis :]
    if len(maps) == 3 and count(maps[1:]) > 1:
        kernels = f"{layer.num_output:,} kernels of {product(maps)}"
        lines.append(
            Line("convolution", f"{kernels}, as large as the map: a single window, no weights shared")
        )
    return _section(lines)


@connections.register
def connections_of_concat(layer: Concat, context: LayerContext) -> Section:
    """The part of each bottom."""
    axis, first, lines = layer.axis % len(context.top[0]), 0, []
    for blob, shape in zip(context.node.bottoms, context.bottom, strict=True):
        end = first + shape[axis]
        lines.append(Line(span(first, end - 1), f"{printable(blob.name)}, copied"))
        first = end
    return _section([*lines, Line("mixes", "nothing: the layers that read it can")])


@connections.register
def connections_of_slice(layer: Slice, context: LayerContext) -> Section:
    """The part of each top."""
    cuts = layer.cuts(context.bottom[0])
    lines = [
        Line(span(start, end - 1), f"{printable(top.name)}, copied")
        for top, start, end in zip(context.node.tops, cuts, cuts[1:], strict=False)
    ]
    return _section(lines)


@connections.register
def connections_of_lrn(layer: LRN, context: LayerContext) -> Section:
    """The neighbours that normalize a value."""
    half, n = layer.local_size // 2, layer.local_size
    if layer.across:
        text = f"the value itself, divided by the norm over {n} maps at its place: its own and {half} on either side"
    else:
        text = f"the value itself, divided by the norm over its {n}x{n} neighbours in the same map"
    return _section([Line("each value", text)])


@connections.register
def connections_of_softmax(layer: Softmax, context: LayerContext) -> Section:
    """All values along the axis."""
    shape = context.bottom[0]
    axis = layer.axis % len(shape)
    others = count(shape) // (shape[axis] or 1)
    text = f"all {shape[axis]:,} values along axis {axis}, which become shares of 1"
    return _section([Line("each value", text), Line("times", f"{others:,}, each separately")])


@connections.register
def connections_of_eltwise(layer: Eltwise, context: LayerContext) -> Section:
    """One value of each bottom."""
    if len(context.bottom) == 1:
        return _elementwise("the one value at its own place")
    names = ", ".join(printable(blob.name) for blob in context.node.bottoms)
    return _elementwise(f"{len(context.bottom)} values at its own place, one of each bottom: {names}")


@connections.register
def connections_of_per_channel(layer: PerChannel, context: LayerContext) -> Section:
    """The parameters of the channel, or the statistics of the batch."""
    if layer.is_per_channel(context.bottom):
        return _elementwise("the value at its own place and the parameters of its channel")
    if isinstance(layer, Scale | Bias):
        return _elementwise("the value at its own place and the parameter broadcast to it")
    n, _, *others = context.bottom[0]
    of = f"{product([n, *others])} = {n * count(others):,} of its channel"
    text = f"the value itself, and mean and variance over {of}"
    return _section([Line("each value", text, "the images of a batch change each other's values")])


@connections.register
def connections_of_prelu(layer: PReLU, context: LayerContext) -> Section:
    """The slope of the channel."""
    return _elementwise("the value at its own place and the slope of its channel")


@connections.register
def connections_of_neuron(layer: ElementwiseLayer, context: LayerContext) -> Section:
    """One value."""
    return _elementwise("the one value at its own place")


@connections.register
def connections_of_dropout(layer: Dropout, context: LayerContext) -> Section:
    """One value, or none."""
    return _elementwise("the one value at its own place, or 0 at random in training")


@connections.register
def connections_of_axpy(layer: Axpy, context: LayerContext) -> Section:
    """One value of each bottom."""
    return _elementwise(
        "a factor for its channel and image, times the second bottom's value at its place, plus the third's"
    )


@connections.register
def connections_of_interp(layer: Interp, context: LayerContext) -> Section:
    """The neighbours of a sampling point."""
    return _elementwise("the 4 values around its place in the smaller map, the nearer ones weighted more")


@connections.register
def connections_of_copy(
    layer: Reshape | Flatten | Permute | Reverse | Crop | Tile | Split, context: LayerContext
) -> Section:
    """One value, unchanged."""
    return _elementwise("one value of the bottom, unchanged")


@connections.register
def connections_of_shuffle(layer: ShuffleChannel, context: LayerContext) -> Section:
    """The order of the maps."""
    channels = context.bottom[0][1]
    depth = channels // layer.group
    order = [str(c % layer.group * depth + c // layer.group) for c in range(min(channels, 2 * layer.group))]
    maps = ", ".join(order) + (" ..." if channels > len(order) else "")
    return _section(
        [
            Line("maps", maps, "the input map at each place"),
            Line("so that", f"a convolution in groups after it sees maps of all {layer.group} groups"),
        ]
    )
