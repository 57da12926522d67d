"""How the output size follows, axis by axis, and which places of the input no window sees."""

from __future__ import annotations

from collections.abc import Callable

from prototxt.blobs import count, format_shape
from prototxt.explain.axis_names import Names, alike, axis_names
from prototxt.explain.sections.docstring import part
from prototxt.explain.sections.section import Line, Section
from prototxt.graph.context import LayerContext, of_class
from prototxt.layers.base import Layer
from prototxt.layers.common.window import Axis
from prototxt.layers.common.window_spec import pool_out
from prototxt.layers.concat import Concat
from prototxt.layers.convolution import Convolution
from prototxt.layers.crop import Crop
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.flatten import Flatten
from prototxt.layers.im2col import Im2col
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.interp import Interp
from prototxt.layers.permute import Permute
from prototxt.layers.pooling import Pooling
from prototxt.layers.reshape import Reshape
from prototxt.layers.slice import Slice
from prototxt.views.words import counted, product, ranges, times


def size(context: LayerContext) -> Section | None:
    """Nothing for layers that take no bottom or make no top."""
    if not context.bottom or not context.top:
        return None
    rule = of_class(RULES, context.layer) or _as_documented
    return Section("size", "How the output size follows", tuple(rule(context)))


def _convolution(context: LayerContext) -> list[Line]:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Convolution)
    axes = layer.window(shape).axes
    what = f"num_output {layer.outputs(shape)}: a map for each kernel"
    return [Line("channels", what), *(_floor_line(names, axis) for names, axis in alike(axes))]


def _im2col(context: LayerContext) -> list[Line]:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Im2col)
    window = layer.window(shape)
    channels = shape[len(shape) - len(window.size) - 1]
    text = f"{product([channels, *window.kernel])} = {channels * window.num_taps:,}: a channel for each tap"
    return [Line("channels", text), *(_floor_line(n, a) for n, a in alike(window.axes))]


def _floor_line(names: Names, axis: Axis) -> Line:
    """An axis of a convolution, which rounds down."""
    # C divides towards 0: a kernel that sticks out by less than a stride has one window.
    rounding = "floor" if axis.slack >= 0 else "trunc"
    text = f"{rounding}({_room(axis)} / {axis.stride}) + 1 = {axis.out}"
    notes = [*_extent_note(axis), *_steps_note(axis)]
    rest = axis.slack % axis.stride
    if rest and axis.slack > 0:
        exact = axis.slack / axis.stride
        of = " of padding" if rest <= axis.pad else ""
        notes.append(
            f"{axis.slack} / {axis.stride} = {exact:g} is rounded down: {names.places(rest)}{of} left over"
        )
    if axis.slack < 0:
        notes.append(
            f"the kernel sticks out by {-axis.slack}, less than a stride: Caffe rounds towards 0, and sees zeros there"
        )
    return _axis_line(names, axis, text, notes)


def _room(axis: Axis) -> str:
    """`(27 + 2*2 - 5)`."""
    pad = f" + 2*{axis.pad}" if axis.pad else ""
    return f"({axis.size}{pad} - {axis.extent})"


def _extent_note(axis: Axis) -> list[str]:
    if axis.dilation == 1:
        return []
    spans = f"{axis.dilation}*({axis.kernel} - 1) + 1 = {axis.extent}"
    return [f"the kernel's {axis.kernel} taps lie {axis.dilation} apart and span {spans}"]


def _steps_note(axis: Axis) -> list[str]:
    steps = counted(axis.out - 1, f"step of {axis.stride}", f"steps of {axis.stride}")
    return [f"the first window, then {steps}"] if axis.out > 1 else ["one window alone"]


def _axis_line(names: Names, axis: Axis, text: str, notes: list[str]) -> Line:
    unseen = axis.unseen()
    notes = [*notes, *_edge_notes(names, axis), *_unseen_note(names, axis, unseen)]
    values = {
        "size": axis.size, "kernel": axis.kernel, "stride": axis.stride, "pad": axis.pad, "dilation": axis.dilation,
        "extent": axis.extent, "out": axis.out, "unseen": unseen,
    }  # fmt: skip
    return Line(names.axis, text, "\n".join(notes), values)


def _edge_notes(names: Names, axis: Axis) -> list[str]:
    """How far windows reach into the padding."""
    before, behind = axis.pad, max(min(axis.last_end - axis.size, axis.pad), 0)
    if not before and not behind:
        return []
    if before == behind:
        return [f"the first and the last window see {names.places(before)} of padding"]
    return [f"the first window sees {names.places(before)} of padding, the last {behind or 'none'}"]


def _unseen_note(names: Names, axis: Axis, unseen: list[int] | None) -> list[str]:
    if unseen is None:
        return []
    if not unseen:
        return [f"every {names.place} is seen"]
    which = f"{names.place if len(unseen) == 1 else names.places_alone} {ranges(unseen)}"
    of = f" ({len(unseen):,} of {axis.size:,})" if len(unseen) > 1 else ""
    return [f"no window sees {which}{of}"]


def _pooling(context: LayerContext) -> list[Line]:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Pooling)
    window = layer.window(shape)
    channels = Line("channels", f"{shape[1]} as before: each map is pooled on its own")
    if window.kernel == shape[2:] and window.out == (1, 1):
        return [channels, Line("height, width", f"one window of {times(window.kernel)}, the whole map: 1")]
    clips = any(window.pad)
    axes = alike(window.axes)
    return [channels, *(_pool_line(names, axis, layer.floor, clips) for names, axis in axes)]


def _pool_line(names: Names, axis: Axis, floor: bool, clips: bool) -> Line:
    """An axis of pooling, which rounds up and leaves out windows that start behind the image and its padding."""
    rounding = "floor" if floor else "ceil"
    windows = pool_out(axis.size, axis.kernel, axis.stride, axis.pad, floor=floor, clip=False)
    text = f"{rounding}({_room(axis)} / {axis.stride}) + 1 = {windows}"
    notes = _steps_note(axis)
    if windows > axis.out:
        start = axis.out * axis.stride - axis.pad
        text += f", without the last: {axis.out}"
        notes.append(
            f"clipped: window {axis.out} would start at {names.place} {start}, in the padding behind the {axis.size}"
        )
    rest = axis.slack % axis.stride
    if rest:
        notes.append(_rounding_note(names, axis, floor))
    overhang = axis.last_end - axis.size - axis.pad
    if overhang > 0:
        notes.append(f"the last window hangs over the edge: {overhang} of its {axis.kernel} lie outside")
    if clips and not axis.pad:
        notes.append("the other axis is padded, so here too no window starts behind the image")
    return _axis_line(names, axis, text, notes)


def _rounding_note(names: Names, axis: Axis, floor: bool) -> str:
    exact = f"{axis.slack} / {axis.stride} = {axis.slack / axis.stride:g}"
    if floor:
        return (
            f"{exact} is rounded down, as the layer asks: {names.places(axis.slack % axis.stride)} left over"
        )
    down = axis.slack // axis.stride + 1
    return f"{exact} is rounded up; rounded down, as convolutions and other programs do, it would be {down}"


def _deconvolution(context: LayerContext) -> list[Line]:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Deconvolution)
    axes = layer.window(shape).axes
    lines = [_stamp_line(names, axis) for names, axis in alike(axes)]
    return [Line("channels", f"num_output {layer.outputs(shape)}"), *lines]


def _stamp_line(names: Names, axis: Axis) -> Line:
    """An axis of a deconvolution, which lays a kernel for each value."""
    cut = f" - 2*{axis.pad}" if axis.pad else ""
    text = f"{axis.stride} * ({axis.size} - 1) + {axis.extent}{cut} = {axis.out}"
    notes = [
        *_extent_note(axis),
        f"each value lays down a kernel {axis.extent} wide, {axis.stride} behind the one before",
    ]
    if axis.pad:
        notes.append(f"pad cuts {names.places(axis.pad)} off at both ends")
    if axis.dilation == 1:
        notes.append(_overlap_note(names, axis))
    values = {
        "size": axis.size,
        "extent": axis.extent,
        "stride": axis.stride,
        "pad": axis.pad,
        "out": axis.out,
    }
    return Line(names.axis, text, "\n".join(notes), values)


def _overlap_note(names: Names, axis: Axis) -> str:
    """How many stamps meet at a place."""
    least, uneven = divmod(axis.kernel, axis.stride)
    if uneven:
        return (
            f"{axis.kernel} is no multiple of {axis.stride}: some {names.places_alone} get {least + 1} stamps, others "
            f"{least}, which shows as a checkerboard"
        )
    return f"away from the edges each {names.place} gets {counted(least, 'stamp')}"


def _inner_product(context: LayerContext) -> list[Line]:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, InnerProduct)
    vectors, k = layer.matrix(shape)
    inner = shape[layer.axis % len(shape) :]
    values = f"{product(inner)} = {k:,}" if len(inner) > 1 else f"{k:,}"
    return [
        Line("inputs", f"{values} values in a line", f"{counted(vectors, 'such line')} in the batch"),
        Line(
            "outputs",
            f"num_output {layer.num_output}",
            "the places of the inputs are gone" if len(inner) > 1 else "",
        ),
    ]


def _concat(context: LayerContext) -> list[Line]:
    layer = context.layer
    assert isinstance(layer, Concat)
    axis = layer.axis % len(context.top[0])
    total = " + ".join(str(shape[axis]) for shape in context.bottom)
    return [
        Line(f"axis {axis}", f"{total} = {context.top[0][axis]}"),
        Line("others", "as they are, alike in all bottoms"),
    ]


def _slice(context: LayerContext) -> list[Line]:
    layer = context.layer
    assert isinstance(layer, Slice)
    axis, cuts = layer.axis % len(context.bottom[0]), layer.cuts(context.bottom[0])
    return [
        Line(top.name, f"axis {axis}, {start} to {end - 1}: {end - start}")
        for top, start, end in zip(context.node.tops, cuts, cuts[1:], strict=False)
    ]


def _crop(context: LayerContext) -> list[Line]:
    layer = context.layer
    assert isinstance(layer, Crop)
    shape, piece = context.bottom
    offsets = layer.offsets(shape, piece)
    first = len(shape) - len(offsets)
    lines = [
        Line("size", f"that of {context.node.bottoms[1].name}, {format_shape(piece)}, from axis {first} on")
    ]
    for axis, offset in enumerate(offsets, first):
        cut = f"{offset} to {offset + piece[axis] - 1} of {shape[axis]}"
        rest = shape[axis] - piece[axis] - offset
        lines.append(Line(f"axis {axis}", cut, f"{offset} cut off before, {rest} behind"))
    return lines


def _flatten(context: LayerContext) -> list[Line]:
    return [
        Line(
            "values",
            f"{product(context.bottom[0])} = {count(context.bottom[0]):,}, now {format_shape(context.top[0])}",
        )
    ]


def _interp(context: LayerContext) -> list[Line]:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Interp)
    cut, sizes = sum(layer.cut_off), (*shape, 1, 1)[2:4]
    lines = []
    for names, old, new in zip(axis_names(2), sizes, context.top[0][2:], strict=True):
        kept = old - cut
        note = f"corners on corners: {new - 1} steps over {kept - 1}, {(kept - 1) / max(new - 1, 1):.4g} each"
        factor = (new - 1) // (kept - 1) if kept > 1 and (new - 1) % (kept - 1) == 0 else 0
        text = f"{kept} + ({kept} - 1) * ({factor} - 1) = {new}" if factor > 1 else f"{kept} → {new}"
        lines.append(Line(names.axis, text, note))
    return lines


def _reshape(context: LayerContext) -> list[Line]:
    text = (
        f"{product(context.bottom[0])} = {count(context.bottom[0]):,} values, now {product(context.top[0])}"
    )
    return [Line("values", text, "in the order in which they lie in memory, the last axis fastest")]


def _permute(context: LayerContext) -> list[Line]:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Permute)
    order = (*layer.order, *(axis for axis in range(len(shape)) if axis not in layer.order))
    return [Line(f"axis {i}", f"axis {old} of before: {shape[old]:,}") for i, old in enumerate(order)]


def _as_documented(context: LayerContext) -> list[Line]:
    """For layers without a rule of their own: what the type's description says."""
    same = [
        blob.name
        for blob, shape in zip(context.node.bottoms, context.bottom, strict=True)
        if shape == context.top[0]
    ]
    if same and all(shape == context.top[0] for shape in context.top):
        return [Line("as its bottom", f"{format_shape(context.top[0])}, that of {same[0]}")]
    tops = zip(context.node.tops, context.top, strict=True)
    made = [Line(top.name, format_shape(shape)) for top, shape in tops]
    return [*made, Line("in general", part(context.layer, "Shapes"))]


RULES: dict[type[Layer], Callable[[LayerContext], list[Line]]] = {
    Convolution: _convolution,
    Im2col: _im2col,
    Pooling: _pooling,
    Deconvolution: _deconvolution,
    InnerProduct: _inner_product,
    Concat: _concat,
    Slice: _slice,
    Crop: _crop,
    Flatten: _flatten,
    Interp: _interp,
    Reshape: _reshape,
    Permute: _permute,
}
"""By layer class; a class without a row of its own has its base's."""
