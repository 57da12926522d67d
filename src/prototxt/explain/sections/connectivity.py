"""Which values of its bottoms make one value of a layer, and which maps are joined to which."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prototxt.blobs import count
from prototxt.explain.sections.groups import MAX_GROUPS, Groups
from prototxt.explain.sections.section import Line, Section
from prototxt.graph.context import LayerContext, of_class
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
from prototxt.layers.scale import Scale
from prototxt.layers.shuffle_channel import ShuffleChannel
from prototxt.layers.slice import Slice
from prototxt.layers.softmax import Softmax
from prototxt.layers.split import Split
from prototxt.layers.tile import Tile
from prototxt.views.words import a_slice, counted, product, span, times

Rule = Callable[[LayerContext], Section]


def connectivity(context: LayerContext) -> Section | None:
    """Nothing for layers of whose kind nothing is known."""
    rule = of_class(RULES, context.layer)
    return rule(context) if rule and context.bottom and context.top else None


def _section(lines: Sequence[Line], picture: str = "") -> Section:
    return Section("connectivity", "What one value is made of", tuple(lines), picture)


def _convolution(context: LayerContext) -> Section:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Convolution)
    window = layer.window(shape)
    kernel, taps = window.kernel, window.num_taps
    groups = Groups(layer.channels(shape), layer.outputs(shape), layer.groups(shape))
    depth = groups.inputs // groups.number
    bias = ", and a bias" if layer.bias_term else ""
    sees = f"{product([depth, *kernel])} = {depth * taps:,} values of {context.node.bottoms[0].name}{bias}"
    lines = [
        Line(
            "kernel sees",
            sees,
            _gaps(window),
            {"depth": depth, "kernel": list(kernel), "values": depth * taps},
        ),
        Line("kernels", _kernels(groups, kernel)),
        *_group_lines(groups),
        Line("joined", _joined(groups, kernel), values={"pairs": groups.pairs}),
        *_one_by_one(context, groups, taps),
    ]
    return _section(lines, groups.picture())


def _gaps(window: Window) -> str:
    """What a dilated kernel sees for what it costs."""
    if window.extent == window.kernel:
        return ""
    return f"its taps reach over {times(window.extent)} of a map, at the cost of {times(window.kernel)}"


def _kernels(groups: Groups, kernel: Sequence[int]) -> str:
    depth = groups.inputs // groups.number
    if depth == 1:
        return f"{groups.outputs:,}, one map each: the maps are not mixed"
    slices = f"{groups.outputs:,}, each with {a_slice(kernel)} of its own for each of its {depth:,} maps"
    return f"{slices}; their sum is one map: {groups.outputs:,} maps, not {groups.outputs:,} x {depth:,}"


def _group_lines(groups: Groups) -> list[Line]:
    if groups.number == 1:
        every = f"{span(0, groups.inputs - 1)} → outputs {span(0, groups.outputs - 1)}"
        return [Line("inputs", f"{every}: every output sees every input", values={"group": 1})]
    told = [f"{inputs} → outputs {outputs}" for inputs, outputs in groups.ranges()]
    told += ["..."] * (groups.number > MAX_GROUPS)
    i, o = groups.inputs // groups.number, groups.outputs // groups.number
    per = f"group {groups.number}: {counted(i, 'input')} and {counted(o, 'output')} each"
    return [Line("inputs", ("; " if i == o == 1 else "\n").join(told), per, {"group": groups.number})]


def _joined(groups: Groups, kernel: Sequence[int]) -> str:
    every = groups.inputs * groups.outputs
    if groups.pairs == every:
        return f"all {groups.inputs:,} x {groups.outputs:,} = {every:,} pairs, {a_slice(kernel)} for each"
    of = f"{groups.inputs:,} x {groups.outputs:,} = {every:,} pairs"
    return f"{groups.pairs:,} of {of}, 1 in {every // groups.pairs:,}"


def _one_by_one(context: LayerContext, groups: Groups, taps: int) -> list[Line]:
    """What a kernel of a single tap is."""
    if taps > 1:
        return []
    places = count(context.top[0][2:])
    what = "no neighbours, maps alone: one small InnerProduct, the same at each of the " + counted(
        places, "place"
    )
    change = f"{groups.inputs} maps become {groups.outputs}"
    return [Line("1x1", f"{what}; {change}")]


def _deconvolution(context: LayerContext) -> Section:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Deconvolution)
    window = layer.window(shape)
    groups = Groups(layer.channels(shape), layer.outputs(shape), layer.groups(shape))
    depth, outputs = groups.inputs // groups.number, groups.outputs // groups.number
    meet = [-(-extent // stride) for extent, stride in zip(window.extent, window.stride, strict=True)]
    stamp = [outputs, *window.kernel]
    lines = [
        Line(
            "each input",
            f"lays down a kernel of {product(stamp)} = {count(stamp):,} values, scaled by itself",
        ),
        Line(
            "each value", f"the sum of at most {product([depth, *meet])} = {depth * count(meet):,} of those"
        ),
        *_group_lines(groups),
        Line("joined", _joined(groups, window.kernel), values={"pairs": groups.pairs}),
    ]
    return _section(lines, groups.picture())


def _pooling(context: LayerContext) -> Section:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Pooling)
    window = layer.window(shape)
    lines = [
        Line(
            "each value", f"{times(window.kernel)} = {window.num_taps:,} values of the map of the same number"
        ),
        Line("maps", f"{shape[1]:,}, each on its own: pooling mixes no maps"),
    ]
    return _section(lines, Groups(shape[1], shape[1], shape[1]).picture())


def _inner_product(context: LayerContext) -> Section:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, InnerProduct)
    k = layer.matrix(shape)[1]
    lines = [Line("output sees", f"all {k:,} values of an image, each with a weight of its own")]
    maps = shape[layer.axis :]
    if len(maps) == 3 and count(maps[1:]) > 1:
        kernel = f"{layer.num_output:,} kernels of {product(maps)}"
        lines.append(Line("convolution", f"{kernel}, as large as the map: one window, no two places alike"))
    return _section(lines)


def _concat(context: LayerContext) -> Section:
    layer = context.layer
    assert isinstance(layer, Concat)
    axis, first, lines = layer.axis % len(context.top[0]), 0, []
    for blob, shape in zip(context.node.bottoms, context.bottom, strict=True):
        end = first + shape[axis]
        lines.append(Line(span(first, end - 1), f"{blob.name}, copied"))
        first = end
    return _section([*lines, Line("mixes", "nothing: what reads it can")])


def _slice(context: LayerContext) -> Section:
    layer = context.layer
    assert isinstance(layer, Slice)
    cuts = layer.cuts(context.bottom[0])
    lines = [
        Line(span(start, end - 1), f"{top.name}, copied")
        for top, start, end in zip(context.node.tops, cuts, cuts[1:], strict=False)
    ]
    return _section(lines)


def _lrn(context: LayerContext) -> Section:
    layer = context.layer
    assert isinstance(layer, LRN)
    half, n = layer.local_size // 2, layer.local_size
    if layer.across:
        text = (
            f"the value itself, divided by what {n} maps have at its place: its own and {half} on either side"
        )
    else:
        text = f"the value itself, divided by what its {n}x{n} neighbours in the same map have"
    return _section([Line("each value", text)])


def _softmax(context: LayerContext) -> Section:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Softmax)
    axis = layer.axis % len(shape)
    others = count(shape) // (shape[axis] or 1)
    text = f"all {shape[axis]:,} values along axis {axis}, which become shares of 1"
    return _section([Line("each value", text), Line("times", f"{others:,}, each by itself")])


def _eltwise(context: LayerContext) -> Section:
    names = ", ".join(blob.name for blob in context.node.bottoms)
    return _at_its_place(f"{len(context.bottom)} values at its own place, one of each bottom: {names}")


def _per_channel(context: LayerContext) -> Section:
    layer = context.layer
    assert isinstance(layer, PerChannel)
    if layer.is_per_channel(context.bottom):
        return _at_its_place("the value at its own place and the numbers of its channel")
    if isinstance(layer, Scale | Bias):
        return _at_its_place("the value at its own place and the number that is laid there")
    n, _, *others = context.bottom[0]
    of = f"{product([n, *others])} = {n * count(others):,} of its channel"
    text = f"the value itself, and mean and variance over {of}"
    return _section([Line("each value", text, "the images of a batch change each other's values")])


def _own(what: str) -> Rule:
    """The rule of layers whose every value is made of `what`, at its own place."""
    return lambda _: _at_its_place(what)


def _at_its_place(text: str) -> Section:
    return _section([Line("each value", text), Line("mixes", "no maps and no neighbours")])


def _shuffle(context: LayerContext) -> Section:
    layer, channels = context.layer, context.bottom[0][1]
    assert isinstance(layer, ShuffleChannel)
    depth = channels // layer.group
    order = [str(c % layer.group * depth + c // layer.group) for c in range(min(channels, 2 * layer.group))]
    return _section(
        [
            Line(
                "maps",
                ", ".join(order) + (" ..." if channels > len(order) else ""),
                "the input map in each place",
            ),
            Line("so that", f"a convolution in groups behind it sees maps of all {layer.group} groups"),
        ]
    )


RULES: dict[type[Layer], Rule] = {
    Convolution: _convolution,
    Deconvolution: _deconvolution,
    Pooling: _pooling,
    InnerProduct: _inner_product,
    Concat: _concat,
    Slice: _slice,
    LRN: _lrn,
    Softmax: _softmax,
    Eltwise: _eltwise,
    PerChannel: _per_channel,
    PReLU: _own("the value at its own place and the slope of its channel"),
    ElementwiseLayer: _own("the one value at its own place"),
    ShuffleChannel: _shuffle,
    Axpy: _own(
        "a number for its channel and image, times the second bottom's value at its place, plus the third's"
    ),
    Interp: _own("the 4 values around its place in the smaller map, the nearer ones weighing more"),
    Dropout: _own("the one value at its own place, or 0 by chance while training"),
    **dict.fromkeys((Reshape, Flatten, Permute, Crop, Tile, Split), _own("one value of the bottom as it is")),
}
"""By layer class; a class without a row of its own has its base's."""
