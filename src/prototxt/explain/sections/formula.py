"""What a layer computes, as a formula with this layer's numbers in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from prototxt.explain.sections.docstring import part
from prototxt.explain.sections.section import Line, Section
from prototxt.graph.context import LayerContext, of_class
from prototxt.layers.base import Layer
from prototxt.layers.batch_norm import BatchNorm
from prototxt.layers.common.convolution_base import ConvolutionBase
from prototxt.layers.common.window import Axis, Window
from prototxt.layers.convolution import Convolution
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.dropout import Dropout
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.lrn import LRN
from prototxt.layers.pooling import Pooling
from prototxt.layers.relu import ReLU
from prototxt.views.words import counted, number, times

OF_EVERY_LAYER = {
    "name",
    "phase",
    "named_tops",
    "num_tops",
    "num_bottoms",
    "loss_weights",
    "tells",
    "setting",
}
"""Attributes that say nothing of what a layer computes."""

PLACES = {1: "i", 2: "ij", 3: "hij"}
TAPS = {1: "u", 2: "uv", 3: "tuv"}
"""The letters for places of the output and for taps of the kernel, by the number of spatial axes."""

FEW_MAPS = 3
"""As many maps as a sum spells out."""


def formula(context: LayerContext) -> Section | None:
    """Nothing for layers that take no bottom or make no top."""
    if not context.bottom or not context.top:
        return None
    rule = of_class(RULES, context.layer)
    lines = (rule(context) if rule else None) or _as_documented(context)
    return Section("formula", "The formula", tuple(lines)) if lines else None


def _places(axes: Sequence[Axis]) -> str:
    """`4*i - 2 + u, 4*j - 2 + v`: where the taps of window i, j lie."""
    letters = zip(axes, PLACES.get(len(axes), ""), TAPS.get(len(axes), ""), strict=True)
    return ", ".join(_place(axis, place, tap) for axis, place, tap in letters)


def _place(axis: Axis, place: str, tap: str) -> str:
    start = place if axis.stride == 1 else f"{axis.stride}*{place}"
    pad = f" - {axis.pad}" if axis.pad else ""
    if axis.kernel == 1:
        return f"{start}{pad}"
    return f"{start}{pad} + {tap if axis.dilation == 1 else f'{axis.dilation}*{tap}'}"


def _taps(axes: Sequence[Axis]) -> list[str]:
    """`u, v = 0..4`, or each by itself; nothing for axes of a single tap."""
    letters = zip(TAPS[len(axes)], axes, strict=True)
    ends = {letter: axis.kernel - 1 for letter, axis in letters if axis.kernel > 1}
    if len(set(ends.values())) == 1:
        return [f"{', '.join(ends)} = 0..{max(ends.values())}"]
    return [f"{letter} = 0..{end}" for letter, end in ends.items()]


def _tap_letters(axes: Sequence[Axis]) -> str:
    """`u, v`: which weight of a kernel; the place 0 along axes of a single tap."""
    letters = zip(axes, TAPS[len(axes)], strict=True)
    return ", ".join(letter if axis.kernel > 1 else "0" for axis, letter in letters)


def _letters(axes: Sequence[Axis]) -> str:
    return ", ".join(PLACES[len(axes)])


@dataclass(frozen=True, slots=True)
class Slid:
    """A kernel in so many groups, each with `depth` maps that it reads and `outputs` that it makes."""

    window: Window
    axes: Sequence[Axis]
    groups: int
    depth: int
    outputs: int
    bias: bool


def _slid(context: LayerContext) -> Slid | None:
    """None where channels are not on axis 1, or there are more spatial axes than letters for them."""
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, ConvolutionBase)
    window, groups = layer.window(shape), layer.groups(shape)
    if layer.channel_axis(shape) != 1 or len(window.kernel) not in PLACES:
        return None
    axes = window.axes
    each = (layer.channels(shape) // groups, layer.outputs(shape) // groups)
    return Slid(window, axes, groups, *each, layer.bias_term)


def _convolution(context: LayerContext) -> list[Line] | None:
    slid = _slid(context)
    if slid is None:
        return None
    axes, groups, depth = slid.axes, slid.groups, slid.depth
    if depth == 1:
        slice_of, channel = "0", "g" if groups > 1 else "0"
    else:
        slice_of, channel = "c", f"{depth}*g + c" if groups > 1 else "c"
    over = ", ".join([*[f"c = 0..{depth - 1}"] * (depth > 1), *_taps(axes)])
    bias = "b[o] + " if slid.bias else ""
    summed = f"sum over {over} of\n  " if over else ""
    term = f"w[o, {slice_of}, {_tap_letters(axes)}] * x[n, {channel}, {_places(axes)}]"
    text = f"y[n, o, {_letters(axes)}] = {bias}{summed}{term}"
    notes = [f"g = o // {slid.outputs}, the group of output o"] * (groups > 1)
    notes += ["x is 0 outside the image"] * any(slid.window.pad)
    products = depth * slid.window.num_taps
    sums = f"{counted(products, 'product')}{' and the bias' if slid.bias else ''} for each value"
    return [Line("value", text, "\n".join([*notes, sums])), _as_maps(slid)]


def _as_maps(slid: Slid) -> Line:
    """The same for whole maps, the first and the last of a group: `O_0 = I_0 * K_0,0 + ... + B_0`."""
    each, outputs = slid.outputs, slid.outputs * slid.groups
    rows, before = [], -1
    for o in sorted({0, each - 1, min(each, outputs - 1), min(2 * each, outputs) - 1, outputs - 1}):
        rows += ["..."] * (o > before + 1)
        rows.append(_map(o, o // each * slid.depth, slid.depth, slid.bias))
        before = o
    size = times(axis.out for axis in slid.axes)
    through = f"through the {times(slid.window.kernel)} slice that kernel o has for it, {size}"
    if slid.window.num_taps == 1:
        through = "times the one weight that kernel o has for it"
    term = "I_c * K_o,c: map c" if slid.groups == 1 else "I_c * K_o,k: map c, number k of its group,"
    return Line("map", "\n".join(rows), f"{term} {through}")


def _map(o: int, first: int, depth: int, bias: bool) -> str:
    """`O_0 = I_0 * K_0,0 + ... + I_19 * K_0,19 + B_0`: what the maps from `first` on make."""
    terms = [f"I_{first + c} * K_{o},{c}" for c in range(depth)]
    shown = terms if depth <= FEW_MAPS else [terms[0], "...", terms[-1]]
    return f"O_{o} = {' + '.join([*shown, *[f'B_{o}'] * bias])}"


def _deconvolution(context: LayerContext) -> list[Line] | None:
    slid = _slid(context)
    if slid is None:
        return None
    axes, groups, outputs = slid.axes, slid.groups, slid.outputs
    output = "o" if groups == 1 else f"{outputs}*g + o" if outputs > 1 else "g"
    over = ", ".join([f"o = 0..{outputs - 1}", *_taps(axes)])
    text = (
        f"y[n, {output}, {_places(axes)}] += w[c, o, {_tap_letters(axes)}] * x[n, c, {_letters(axes)}]\n"
        f"  for all c, {over} and every place {_letters(axes)}"
    )
    notes = [f"g = c // {slid.depth}, the group of input c"] * (groups > 1)
    notes += ["y starts at the bias b"] * slid.bias
    notes += ["what falls outside y is dropped"] * any(slid.window.pad)
    return [Line("value", text, "\n".join(notes))]


def _pooling(context: LayerContext) -> list[Line] | None:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Pooling)
    axes = layer.window(shape).axes
    if layer.method not in ("MAX", "AVE"):
        return None
    seen = f"x[n, c, {_places(axes)}]"
    taps = f"\n  {', '.join(_taps(axes))}".rstrip()
    if layer.method == "MAX":
        notes = ["places outside the image do not count"] * any(a.pad or a.last_end > a.size for a in axes)
        return [Line("value", f"y[n, c, i, j] = the largest of {seen}{taps}", "\n".join(notes))]
    text = f"y[n, c, i, j] = sum of {seen} / {layer.window(shape).num_taps}{taps}"
    notes = ["x is 0 outside the image, and the padding counts in the divisor"] * any(a.pad for a in axes)
    if any(axis.last_end > axis.size + axis.pad for axis in axes):
        notes.append(
            "a window that hangs over the edge is divided by as many as lie within image and padding"
        )
    return [Line("value", text, "\n".join(notes))]


def _inner_product(context: LayerContext) -> list[Line]:
    layer = context.layer
    assert isinstance(layer, InnerProduct)
    k = layer.matrix(context.bottom[0])[1]
    bias, weights = "b[o] + " if layer.bias_term else "", "w[k, o]" if layer.transpose else "w[o, k]"
    text = f"y[n, o] = {bias}sum over k = 0..{k - 1} of {weights} * x[n, k]"
    return [Line("value", text, f"o = 0..{layer.num_output - 1}")]


def _lrn(context: LayerContext) -> list[Line]:
    layer = context.layer
    assert isinstance(layer, LRN)
    n, half = layer.local_size, layer.local_size // 2
    alpha, beta, k = (number(value) for value in (layer.alpha, layer.beta, layer.k))
    if layer.across:
        text = f"y[n, c] = x[n, c] / ({k} + {alpha} / {n} * sum of x[n, c - {half}]^2 to x[n, c + {half}]^2)^{beta}"
        return [Line("value", text, "at each place by itself; beyond the first and last map x is 0")]
    text = f"y = x / (1 + {alpha} * a)^{beta}, a = the mean of x^2 over the {n}x{n} around it"
    return [Line("value", text, "x is 0 outside the image, and the mean always divides by all places")]


def _batch_norm(context: LayerContext) -> list[Line]:
    layer = context.layer
    assert isinstance(layer, BatchNorm)
    text = f"y[n, c] = (x[n, c] - mean[c]) / sqrt(variance[c] + {number(layer.eps)})"
    if layer.use_global_stats:
        return [Line("value", text, "mean and variance as stored, both divided by the stored factor")]
    fraction = number(layer.moving_average_fraction)
    note = f"mean and variance of the batch itself; the stored sums move on: {fraction} * old + new"
    return [Line("value", text, note)]


def _eltwise(context: LayerContext) -> list[Line]:
    layer, names = context.layer, [blob.name for blob in context.node.bottoms]
    assert isinstance(layer, Eltwise)
    if layer.operation == "SUM" and layer.coeff:
        names = [f"{number(c)} * {name}" for c, name in zip(layer.coeff, names, strict=True)]
    sign = {"SUM": " + ", "PROD": " * "}.get(layer.operation)
    made = sign.join(names) if sign else f"the larger of {', '.join(names)}"
    return [Line("value", f"y = {made}", "value by value")]


def _relu(context: LayerContext) -> list[Line] | None:
    layer = context.layer
    assert isinstance(layer, ReLU)
    if layer.negative_slope or type(layer) is not ReLU:
        return None
    return [Line("value", "y = max(x, 0)")]


def _dropout(context: LayerContext) -> list[Line] | None:
    layer = context.layer
    assert isinstance(layer, Dropout)
    if layer.drops:
        return None
    note = f"in training a share of {number(layer.dropout_ratio)} is set to 0 and the rest scaled up"
    return [Line("value", "y = x", note)]


def _as_documented(context: LayerContext) -> list[Line]:
    """The formula of the type's description, with the layer's own numbers for the names of its parameters."""
    text = part(context.layer, "Formula")
    values = plain_values(context.layer)
    for name, value in values.items():
        if (
            len(name) > 2
            and isinstance(value, int | float)
            and not isinstance(value, bool)
            and name != "axis"
        ):
            text = re.sub(rf"\b{re.escape(name)}\b(?!\()", number(value), text)
    lines = [Line("value", text)] if text and text != "none" else []
    if values:
        given = ", ".join(f"{name} {_shown(value)}" for name, value in values.items())
        lines.append(Line("with", given, values={name: _plain(value) for name, value in values.items()}))
    return lines


def plain_values(layer: Layer) -> Mapping[str, object]:
    """The layer's own parameters, as far as they are numbers and words."""
    return {
        name: value
        for name, value in vars(layer).items()
        if name not in OF_EVERY_LAYER and not name.startswith("_") and _is_plain(value)
    }


def _is_plain(value: object) -> bool:
    if isinstance(value, tuple):
        return bool(value) and all(isinstance(v, int | float | str) for v in value)
    return isinstance(value, int | float | str) and value != ""


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value))
    return number(value) if isinstance(value, int | float) else str(value)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


RULES: dict[type[Layer], Callable[[LayerContext], list[Line] | None]] = {
    Convolution: _convolution,
    Deconvolution: _deconvolution,
    Pooling: _pooling,
    InnerProduct: _inner_product,
    LRN: _lrn,
    BatchNorm: _batch_norm,
    Eltwise: _eltwise,
    ReLU: _relu,
    Dropout: _dropout,
}
"""By layer class; a class without a row of its own has its base's. None leaves it to the type's description."""
