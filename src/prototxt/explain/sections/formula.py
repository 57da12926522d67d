"""The section on a layer's formula, with the layer's own numbers in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import singledispatch
from math import prod

from prototxt.errors import printable
from prototxt.explain.sections.docstring import docstring_part
from prototxt.explain.sections.letters import MAX_AXES, input_index, output_index, tap_index, tap_ranges
from prototxt.explain.sections.section import Line, Section
from prototxt.graph.context import LayerContext
from prototxt.layers.base import Layer
from prototxt.layers.batch_norm import BatchNorm
from prototxt.layers.batch_norm_nvcaffe import NVCaffeBatchNorm
from prototxt.layers.common.convolution_base import ConvolutionBase
from prototxt.layers.common.window import Axis
from prototxt.layers.convolution import Convolution
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.dropout import Dropout
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.lrn import LRN
from prototxt.layers.pooling import Pooling
from prototxt.layers.relu import ReLU
from prototxt.views.numbers import counted, number, times

__all__ = ["formula_lines", "formula_section"]

COMMON_ATTRIBUTES = frozenset(
    {"name", "phase", "named_tops", "num_tops", "num_bottoms", "loss_weights", "output_kind", "setting"}
)
"""Attributes of every layer, which are no part of a formula."""

MAX_MAPS = 3
"""The most maps of which a sum lists every one."""


def formula_section(context: LayerContext) -> Section | None:
    """The section; None for layers without bottoms or tops, and for types without a formula."""
    if not context.bottom or not context.top:
        return None
    lines = formula_lines(context.layer, context)
    return Section("formula", "The formula", tuple(lines)) if lines else None


@singledispatch
def formula_lines(layer: Layer, context: LayerContext) -> list[Line]:
    """The lines on a layer's formula; by default the one of the layer type's docstring."""
    return documented_formula(layer)


def documented_formula(layer: Layer) -> list[Line]:
    """The formula of the docstring, with the layer's own numbers for the names of its parameters."""
    text = docstring_part(layer, "Formula")
    values = _parameter_values(layer)
    for name, value in values.items():
        if (
            len(name) > 2
            and name != "axis"
            and isinstance(value, int | float)
            and not isinstance(value, bool)
        ):
            text = re.sub(rf"\b{re.escape(name)}\b(?!\()", number(value), text)
    lines = [Line("value", text)] if text and text != "none" else []
    if values:
        settings = ", ".join(f"{name} {_value_text(value)}" for name, value in values.items())
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
        lines.append(Line("with", settings, values=plain))
    return lines


def _parameter_values(layer: Layer) -> Mapping[str, object]:
    """The layer's own parameters that are numbers, words, or tuples of them."""
    return {
        name: value
        for name, value in vars(layer).items()
        if name not in COMMON_ATTRIBUTES and not name.startswith("_") and _is_plain(value)
    }


def _is_plain(value: object) -> bool:
    if isinstance(value, tuple):
        return bool(value) and all(isinstance(v, int | float | str) for v in value)
    return isinstance(value, int | float | str) and value != ""


def _value_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(map(_value_text, value))
    return number(value) if isinstance(value, int | float) else str(value)


@dataclass(frozen=True, slots=True)
class _Kernels:
    """The kernels of a convolution in `groups`, each with `depth` input maps and `outputs` output maps."""

    axes: Sequence[Axis]
    groups: int
    depth: int
    outputs: int
    bias: bool

    @property
    def taps(self) -> list[int]:
        return [axis.kernel for axis in self.axes]

    @property
    def num_taps(self) -> int:
        return prod(self.taps)

    @property
    def padded(self) -> bool:
        return any(axis.pad for axis in self.axes)


def _kernels(layer: ConvolutionBase, context: LayerContext) -> _Kernels | None:
    """None where channels are not on axis 1, or there are more spatial axes than letters for them."""
    shape, axes = context.bottom[0], context.axes
    if layer.channel_axis(shape) != 1 or not 1 <= len(axes) <= MAX_AXES:
        return None
    groups = layer.groups(shape)
    depth, outputs = layer.channels(shape) // groups, layer.outputs(shape) // groups
    return _Kernels(axes, groups, depth, outputs, layer.bias_term)


@formula_lines.register
def formula_of_convolution(layer: Convolution, context: LayerContext) -> list[Line]:
    """One value, and one whole map."""
    kernels = _kernels(layer, context)
    if kernels is None:
        return documented_formula(layer)
    axes, groups, depth = kernels.axes, kernels.groups, kernels.depth
    if depth == 1:
        weight_channel, channel = "0", "g" if groups > 1 else "0"
    else:
        weight_channel, channel = "c", f"{depth}*g + c" if groups > 1 else "c"
    over = ", ".join([*[f"c = 0..{depth - 1}"] * (depth > 1), *tap_ranges(axes)])
    bias = "b[o] + " if kernels.bias else ""
    summed = f"sum over {over} of\n  " if over else ""
    term = f"w[o, {weight_channel}, {tap_index(axes)}] * x[n, {channel}, {input_index(axes)}]"
    text = f"y[n, o, {output_index(axes)}] = {bias}{summed}{term}"
    notes = [f"g = o // {kernels.outputs}, the group of output o"] * (groups > 1)
    notes += ["x is 0 outside the image"] * kernels.padded
    products = depth * kernels.num_taps
    notes.append(f"{counted(products, 'product')}{' and the bias' if kernels.bias else ''} per value")
    return [Line("value", text, "\n".join(notes)), _whole_maps(kernels)]


def _whole_maps(kernels: _Kernels) -> Line:
    """The same for whole maps, the first and the last of a group: `O_0 = I_0 * K_0,0 + ... + B_0`."""
    outputs, every = kernels.outputs, kernels.outputs * kernels.groups
    rows, before = [], -1
    for o in sorted({0, outputs - 1, min(outputs, every - 1), min(2 * outputs, every) - 1, every - 1}):
        rows += ["..."] * (o > before + 1)
        rows.append(_map_sum(o, o // outputs * kernels.depth, kernels))
        before = o
    size = times(axis.out for axis in kernels.axes)
    through = f"through the {times(kernels.taps)} slice that kernel o has for it, {size}"
    if kernels.num_taps == 1:
        through = "times the one weight that kernel o has for it"
    term = "I_c * K_o,c: map c" if kernels.groups == 1 else "I_c * K_o,k: map c, number k of its group,"
    return Line("map", "\n".join(rows), f"{term} {through}")


def _map_sum(o: int, first: int, kernels: _Kernels) -> str:
    """`O_0 = I_0 * K_0,0 + ... + I_19 * K_0,19 + B_0`: the sum of the maps from `first` on."""
    is_short = kernels.depth <= MAX_MAPS
    terms = [
        f"I_{first + c} * K_{o},{c}" for c in (range(kernels.depth) if is_short else (0, kernels.depth - 1))
    ]
    shown = terms if is_short else [terms[0], "...", terms[-1]]
    return f"O_{o} = {' + '.join([*shown, *[f'B_{o}'] * kernels.bias])}"


@formula_lines.register
def formula_of_deconvolution(layer: Deconvolution, context: LayerContext) -> list[Line]:
    """The kernel that one value adds to the output."""
    kernels = _kernels(layer, context)
    if kernels is None:
        return documented_formula(layer)
    axes, groups, outputs = kernels.axes, kernels.groups, kernels.outputs
    output = "o" if groups == 1 else f"{outputs}*g + o" if outputs > 1 else "g"
    over = ", ".join([f"o = 0..{outputs - 1}", *tap_ranges(axes)])
    text = (
        f"y[n, {output}, {input_index(axes)}] += w[c, o, {tap_index(axes)}] * x[n, c, {output_index(axes)}]\n"
        f"  for all c, {over} and every place {output_index(axes)}"
    )
    notes = [f"g = c // {kernels.depth}, the group of input c"] * (groups > 1)
    notes += ["y starts at the bias b"] * kernels.bias
    notes += ["values outside y are dropped"] * kernels.padded
    return [Line("value", text, "\n".join(notes))]


@formula_lines.register
def formula_of_pooling(layer: Pooling, context: LayerContext) -> list[Line]:
    """The maximum or the mean of a window."""
    axes = context.axes
    if len(axes) > MAX_AXES:
        return documented_formula(layer)
    y, window = f"y[n, c, {output_index(axes)}]", f"x[n, c, {input_index(axes)}]"
    taps = f"\n  {', '.join(tap_ranges(axes))}".rstrip()
    if layer.method == "MAX":
        notes = ["places outside the image do not count"] * any(a.pad or a.last_end > a.size for a in axes)
        return [Line("value", f"{y} = the largest of {window}{taps}", "\n".join(notes))]
    if layer.method != "AVE":
        return documented_formula(layer)
    size = layer.window(context.bottom[0]).num_taps
    text = f"{y} = sum of {window} / {size}{taps}"
    if not layer.window_spec.counts_pad:
        notes = ["a window at the edge is divided by its places within the image"] * any(a.pad for a in axes)
        return [Line("value", text, "\n".join(notes))]
    notes = ["x is 0 outside the image, and the padding counts in the divisor"] * any(a.pad for a in axes)
    if any(axis.last_end > axis.size + axis.pad for axis in axes):
        notes.append("a window that extends past the edge is divided by its places within image and padding")
    return [Line("value", text, "\n".join(notes))]


@formula_lines.register
def formula_of_inner_product(layer: InnerProduct, context: LayerContext) -> list[Line]:
    """One output."""
    length = layer.matrix(context.bottom[0])[1]
    bias, weights = "b[o] + " if layer.bias_term else "", "w[k, o]" if layer.transpose else "w[o, k]"
    text = f"y[n, o] = {bias}sum over k = 0..{length - 1} of {weights} * x[n, k]"
    return [Line("value", text, f"o = 0..{layer.num_output - 1}")]


@formula_lines.register
def formula_of_lrn(layer: LRN, context: LayerContext) -> list[Line]:
    """Across channels or within one."""
    n, half = layer.local_size, layer.local_size // 2
    alpha, beta, k = (number(value) for value in (layer.alpha, layer.beta, layer.k))
    if layer.across:
        text = f"y[n, c] = x[n, c] / ({k} + {alpha} / {n} * sum of x[n, c - {half}]^2 to x[n, c + {half}]^2)^{beta}"
        return [
            Line("value", text, "at each place separately; x is 0 before the first and after the last map")
        ]
    text = f"y = x / (1 + {alpha} * a)^{beta}, a = the mean of x^2 over the {n}x{n} around it"
    return [Line("value", text, "x is 0 outside the image, and the mean always divides by all places")]


@formula_lines.register
def formula_of_batch_norm(layer: BatchNorm, context: LayerContext) -> list[Line]:
    """With stored statistics or those of the batch."""
    text = f"y[n, c] = (x[n, c] - mean[c]) / sqrt(variance[c] + {number(layer.eps)})"
    if layer.use_global_stats:
        return [Line("value", text, "mean and variance as stored, both divided by the stored factor")]
    fraction = number(layer.moving_average_fraction)
    note = f"mean and variance of the batch; the stored sums are updated: {fraction} * old + new"
    return [Line("value", text, note)]


@formula_lines.register
def formula_of_nvcaffe_batch_norm(layer: NVCaffeBatchNorm, context: LayerContext) -> list[Line]:
    """The same, with a scale and a bias after it."""
    line, *more = formula_of_batch_norm(layer, context)
    learned = " * scale[c]" + (" + bias[c]" if layer.bias_term else "")
    return [replace(line, text=line.text + learned), *more]


@formula_lines.register
def formula_of_eltwise(layer: Eltwise, context: LayerContext) -> list[Line]:
    """The sum, product or maximum of the bottoms by name."""
    names = [printable(blob.name) for blob in context.node.bottoms]
    if layer.operation == "SUM" and layer.coeff:
        names = [f"{number(c)} * {name}" for c, name in zip(layer.coeff, names, strict=True)]
    sign = {"SUM": " + ", "PROD": " * "}.get(layer.operation)
    combined = sign.join(names) if sign else f"the larger of {', '.join(names)}"
    return [Line("value", f"y = {combined}", "value by value")]


@formula_lines.register
def formula_of_relu(layer: ReLU, context: LayerContext) -> list[Line]:
    """The plain ReLU in short; others as documented."""
    if layer.negative_slope or type(layer) is not ReLU:
        return documented_formula(layer)
    return [Line("value", "y = max(x, 0)")]


@formula_lines.register
def formula_of_dropout(layer: Dropout, context: LayerContext) -> list[Line]:
    """The identity, unless values are dropped."""
    if layer.drops:
        return documented_formula(layer)
    if not layer.passes_on:
        note = f"scale_train: false: in training a share of {number(layer.dropout_ratio)} is set to 0, the rest kept"
        return [Line("value", f"y = {number(layer.factor)} * x", note)]
    note = f"in training a share of {number(layer.dropout_ratio)} is set to 0 and the rest scaled up"
    return [Line("value", "y = x", note)]
