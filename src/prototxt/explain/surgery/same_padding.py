"""Which pad keeps a layer's size; and where none does, what other programs do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from prototxt.blobs import Shape
from prototxt.errors import InputError, LayerError
from prototxt.explain.axis_names import Names, alike
from prototxt.explain.sections.section import Line, Section
from prototxt.explain.surgery.edit import edit
from prototxt.explain.surgery.what_if import reach
from prototxt.frontend.load import Options, choose_layers
from prototxt.graph.context import LayerContext, of_class
from prototxt.layers.base import Layer
from prototxt.layers.common.window import Axis
from prototxt.layers.common.window_spec import WindowSpec, pool_out
from prototxt.layers.convolution import Convolution
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.im2col import Im2col
from prototxt.layers.pooling import Pooling
from prototxt.text.definition import Definition
from prototxt.views.words import times


@dataclass(frozen=True, slots=True)
class Rule:
    """How a kind of layer comes to its size along an axis: `out` of a size and a pad, and the size `wanted` of it."""

    out: Callable[[Layer, Axis, int, int], int]
    wanted: Callable[[Axis, int], int]
    grows: bool = False


@dataclass(frozen=True, slots=True)
class Fit:
    """An axis, the size it should have, and the pads that give it.

    `pads` do for its size as it is, `always` those for every size. `margins` are how far TensorFlow pads before and
    behind, None where it does not pad.
    """

    axis: Axis
    wanted: int
    pads: tuple[int, ...]
    always: tuple[int, ...]
    outs: tuple[int, ...]
    margins: tuple[int, int] | None

    @property
    def pad(self) -> int | None:
        """The pad to take."""
        return next(iter(self.always or self.pads), None)

    @property
    def nearest(self) -> tuple[int, int] | None:
        """Two neighbouring pads, one of which gives too little and the other too much."""
        too_little = [out < self.wanted for out in self.outs]
        return next(
            ((i - 1, i) for i in range(1, len(too_little)) if too_little[i - 1] != too_little[i]), None
        )


def _convolved(_layer: Layer, axis: Axis, size: int, pad: int) -> int:
    return _spec(axis, pad).convolved((size,)).out[0]


def _stamped(_layer: Layer, axis: Axis, size: int, pad: int) -> int:
    return _spec(axis, pad).deconvolved((size,)).out[0]


def _spec(axis: Axis, pad: int) -> WindowSpec:
    return WindowSpec((axis.kernel,), (axis.stride,), (pad,), (axis.dilation,))


def _pooled(layer: Layer, axis: Axis, size: int, pad: int) -> int:
    assert isinstance(layer, Pooling)
    return pool_out(size, axis.kernel, axis.stride, pad, floor=layer.floor, clip=pad > 0)


def _kept(axis: Axis, size: int) -> int:
    return -(-size // axis.stride)


def _grown(axis: Axis, size: int) -> int:
    return size * axis.stride


RULES: dict[type[Layer], Rule] = {
    Convolution: Rule(_convolved, _kept),
    Im2col: Rule(_convolved, _kept),
    Pooling: Rule(_pooled, _kept),
    Deconvolution: Rule(_stamped, _grown, grows=True),
}
"""By layer class; a class without a row of its own has its base's."""


def fits(context: LayerContext) -> list[Fit]:
    """What pads do along each axis of a layer's window.

    Raises InputError for a layer without a window, or with one that spans the whole image.
    """
    layer, rule = context.layer, of_class(RULES, context.layer)
    whose = f'layer "{layer.name}" ({layer.type})'
    if rule is None:
        kinds = ", ".join(kind.__name__ for kind in RULES)
        raise InputError(f"{whose} slides no window over an image: --same is a question for {kinds}")
    window = layer.window(context.bottom[0])
    assert window is not None
    if isinstance(layer, Pooling) and layer.is_global:
        raise InputError(
            f"{whose} pools the whole image ({times(window.size)}) to one value: no pad keeps its size"
        )
    return [_fit(layer, axis, rule) for axis in window.axes]


def _fit(layer: Layer, axis: Axis, rule: Rule) -> Fit:
    most = axis.kernel if isinstance(layer, Pooling) else axis.extent + 1
    outs = tuple(_out_or_0(rule, layer, axis, axis.size, pad) for pad in range(most))
    wanted = rule.wanted(axis, axis.size)
    pads = tuple(pad for pad, out in enumerate(outs) if out == wanted)
    # The formulas repeat with the stride, away from images smaller than the kernel.
    sizes = range(2 * axis.extent, 2 * axis.extent + axis.stride)
    always = tuple(
        pad
        for pad in pads
        if all(_out_or_0(rule, layer, axis, h, pad) == rule.wanted(axis, h) for h in sizes)
    )
    total = max((wanted - 1) * axis.stride + axis.extent - axis.size, 0)
    return Fit(axis, wanted, pads, always, outs, None if rule.grows else (total // 2, total - total // 2))


def _out_or_0(rule: Rule, layer: Layer, axis: Axis, size: int, pad: int) -> int:
    try:
        return rule.out(layer, axis, size, pad)
    except LayerError:
        return 0


def pad_changes(param: Any, pads: Sequence[int]) -> list[str]:
    """The changes (see `edit`) that give a layer these pads, one per axis."""
    message = next(m for m in ("convolution_param", "pooling_param") if param.HasField(m))
    name, fields = param.name, getattr(param, message)
    away = [f"{name}.{field}=" for field in ("pad_h", "pad_w") if fields.HasField(field)]
    if len(set(pads)) == 1:
        return [*away, f"{name}.pad={pads[0]}"]
    if message == "convolution_param":
        return [*away, f"{name}.pad={','.join(map(str, pads))}"]
    return [
        f"{name}.pad=",
        *(f"{name}.{field}={p}" for field, p in zip(("pad_h", "pad_w"), pads, strict=True)),
    ]


def checked_shape(definition: Definition, options: Options, context: LayerContext) -> Shape | None:
    """The top's shape where the layer has these pads, inferred; None where there are none."""
    pads = [fit.pad for fit in fits(context)]
    if None in pads:
        return None
    param = choose_layers(definition, options).message.layer[context.node.index]
    edited = edit(definition, options, pad_changes(param, [pad or 0 for pad in pads]))
    graph = reach(edited.definition, options).graph
    if graph is None or context.node.index >= len(graph.nodes):
        return None
    return graph.shapes[graph.nodes[context.node.index].tops[0]]


def same(context: LayerContext, checked: Shape | None = None) -> Section:
    """Which pad keeps the layer's size, axis by axis; `checked` is the top's shape with these pads, inferred."""
    found = fits(context)
    by_axis = {fit.axis: fit for fit in found}
    lines = [
        line
        for names, axis in alike([f.axis for f in found])
        for line in _lines(context, names, by_axis[axis])
    ]
    if checked is not None:
        lines.append(Line("checked", f"with {_pads(found)} the layer makes {' x '.join(map(str, checked))}"))
    return Section("same", f"Which pad keeps the size of {context.node.name}", tuple(lines))


def _pads(found: Sequence[Fit]) -> str:
    pads = [f.pad for f in found]
    return f"pad {pads[0]}" if len(set(pads)) == 1 else f"pads {times(p or 0 for p in pads)}"


def _lines(context: LayerContext, names: Names, fit: Fit) -> list[Line]:
    axis, grows = fit.axis, fit.margins is None
    values = {
        "size": axis.size, "kernel": axis.kernel, "extent": axis.extent, "stride": axis.stride, "pad_now": axis.pad,
        "out_now": axis.out, "wanted": fit.wanted, "pads": list(fit.pads), "always": list(fit.always),
    }  # fmt: skip
    lines = [
        Line(names.axis, _goal(fit, grows), f"now pad {axis.pad} gives {axis.out}", values),
        _answer(fit, grows) if fit.pad is not None else _no_answer(fit, grows),
    ]
    return lines + (_stamping_others(fit) if grows else _others(context, fit))


def _goal(fit: Fit, grows: bool) -> str:
    axis = fit.axis
    if grows:
        return f"wanted: {axis.stride} * {axis.size} = {fit.wanted}, the input's size times the stride"
    if axis.stride == 1:
        return f"wanted: {fit.wanted}, as its input"
    return f"wanted: ceil({axis.size} / {axis.stride}) = {fit.wanted}: kept, but for the stride"


def _answer(fit: Fit, grows: bool) -> Line:
    formula = _formula(fit, grows)
    if fit.always:
        return Line("pad", f"{fit.pad}, for every size", formula)
    others = f" (so do {', '.join(map(str, fit.pads[1:]))})" if fit.pads[1:] else ""
    return Line("pad", f"{fit.pad}{others} for {fit.axis.size}, but not for every size", formula)


def _formula(fit: Fit, grows: bool) -> str:
    axis = fit.axis
    if grows:
        return f"(extent - stride) / 2 = ({axis.extent} - {axis.stride}) / 2"
    if axis.extent % 2 and fit.pad == axis.extent // 2:
        spans = f", what {axis.kernel} taps {axis.dilation} apart span" if axis.dilation > 1 else ""
        return f"({axis.extent} - 1) / 2{spans}"
    return f"tried with every pad up to {len(fit.outs) - 1}"


def _no_answer(fit: Fit, grows: bool) -> Line:
    why = "" if grows else _even(fit.axis)
    if fit.nearest is None:
        return Line("pad", "none", why)
    less, more = (f"pad {pad} gives {fit.outs[pad]}" for pad in fit.nearest)
    return Line("pad", f"none: {less}, {more}", why)


def _even(axis: Axis) -> str:
    if axis.extent % 2:
        return ""
    return f"a kernel that spans {axis.extent}, an even number, has no middle, and Caffe pads both ends alike"


def _others(context: LayerContext, fit: Fit) -> list[Line]:
    """What TensorFlow and PyTorch call "same", and what differs from it here."""
    axis = fit.axis
    assert fit.margins is not None
    before, behind = fit.margins
    notes = []
    if fit.pad is not None and before != fit.pad:
        notes.append(
            f"its first window starts at {-before}, not at {-fit.pad}: weights trained there expect other windows"
            + (f"; for {axis.size}, pad {before} gives those" if before in fit.pads else "")
        )
    if fit.pad is None and axis.stride == 1 and fit.nearest:
        larger = fit.nearest[1]
        notes.append(
            f"the same here: pad {larger}, then a Crop that drops the first {larger - before} of the "
            f"{fit.outs[larger]} (offset {larger - before})"
        )
    keras = f'padding="same" pads {before} before and {behind} behind'
    lines = [Line("TensorFlow", keras, "\n".join(notes), {"before": before, "behind": behind})]
    return [*lines, Line("PyTorch", _pytorch(context.layer, fit))]


def _pytorch(layer: Layer, fit: Fit) -> str:
    axis = fit.axis
    if isinstance(layer, Pooling):
        ceil = "" if layer.floor else ", ceil_mode=True"
        if fit.pad is None:
            return 'pools have no padding="same": F.pad before it'
        too_much = " (which it refuses: more than half the kernel)" if 2 * fit.pad > axis.kernel else ""
        return f"padding={fit.pad}{ceil}{too_much}"
    pad = "F.pad before it" if fit.pad is None else f"padding={fit.pad}"
    if axis.stride > 1:
        return f'padding="same" is refused with a stride: {pad}'
    return 'padding="same"' + (", which pads as TensorFlow does" if fit.pad is None else f" or {pad}")


def _stamping_others(fit: Fit) -> list[Line]:
    axis = fit.axis
    odd = (axis.extent - axis.stride) % 2
    pad = (axis.extent - axis.stride + odd) // 2
    lines = [Line("TensorFlow", 'Conv2DTranspose with padding="same" cuts what is too much')]
    if pad >= 0:
        more = ", output_padding=1" if odd else ""
        lines.append(Line("PyTorch", f"padding={pad}{more}"))
    return lines
