"""The section on a layer's parameters: shapes as products, and their number without shared weights."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

from prototxt.blobs import count
from prototxt.errors import printable
from prototxt.explain.sections.section import Line, Section
from prototxt.graph.context import LayerContext
from prototxt.graph.graph import ParamRef
from prototxt.layers.base import Layer
from prototxt.layers.convolution import Convolution
from prototxt.layers.inner_product import InnerProduct
from prototxt.views.numbers import float_bytes, product, share

__all__ = ["array_names", "parameters_section"]


def parameters_section(context: LayerContext) -> Section | None:
    """The section; None for layers without bottoms: they hold data."""
    if not context.bottom:
        return None
    if not context.node.params:
        return Section("parameters", "Parameters", (Line("learned", "nothing", values={"count": 0}),))
    lines = [*_arrays(context), _total(context), *sharing_lines(context.layer, context)]
    return Section("parameters", "Parameters", tuple(lines))


def array_names(context: LayerContext) -> list[str]:
    """The names of the layer's parameters, in their order."""
    return [param.name or f"array {i}" for i, param in enumerate(context.node.params)]


def _arrays(context: LayerContext) -> list[Line]:
    pairs = zip(array_names(context), context.node.params, strict=False)
    return [_array(context, name, param) for name, param in pairs]


def _array(context: LayerContext, name: str, param: ParamRef) -> Line:
    total = f" = {count(param.shape):,}" if len(param.shape) > 1 else ""
    notes = ["measured, not learned"] * param.statistic
    if param.owner != context.node.index:
        owner = context.graph.nodes[param.owner].name
        shared = f'shared with layer {owner}, whose parameter has the same name "{param.shared_name}"'
        notes.append(printable(shared))
    values = {"shape": list(param.shape), "count": count(param.shape), "statistic": param.statistic}
    return Line(name, (product(param.shape) or "1") + total, "\n".join(notes), values)


def _total(context: LayerContext) -> Line:
    own = sum(count(p.shape) for p in context.node.own_params)
    whole = context.graph.param_values
    note = f"{float_bytes(own)} in float32; {share(own, whole)} of the net's {whole:,}"
    if not own:
        note = "all of it belongs to other layers"
    return Line("together", f"{_own_product(context)}{own:,}", note, {"count": own, "net": whole})


def _own_product(context: LayerContext) -> str:
    """`(48 x 5 x 5 + 1) x 256 = `, of layers with weights and a bias of their own."""
    node = context.node
    inputs = inputs_per_output(context.layer, context)
    if not inputs or len(node.params) != 2 or len(node.own_params) != 2:
        return ""
    return f"{_with_bias(context, inputs)} x {node.params[1].shape[0]:,} = "


@singledispatch
def inputs_per_output(layer: Layer, context: LayerContext) -> Sequence[int]:
    """The axes of the weights of one output; by default none."""
    return ()


@inputs_per_output.register
def inputs_of_convolution(layer: Convolution, context: LayerContext) -> Sequence[int]:
    """The kernel: channels and taps."""
    return context.node.params[0].shape[1:]


@inputs_per_output.register
def inputs_of_inner_product(layer: InnerProduct, context: LayerContext) -> Sequence[int]:
    """All inputs as one axis."""
    return (layer.matrix(context.bottom[0])[1],)


def _with_bias(context: LayerContext, inputs: Sequence[int]) -> str:
    """`(48 x 5 x 5 + 1)`, without the 1 where there is no bias."""
    kernel = product(inputs)
    return f"({kernel} + 1)" if len(context.node.params) > 1 else kernel


@singledispatch
def sharing_lines(layer: Layer, context: LayerContext) -> list[Line]:
    """The number of parameters if weights were not shared; by default nothing."""
    return []


@sharing_lines.register
def sharing_of_convolution(layer: Convolution, context: LayerContext) -> list[Line]:
    """The same maps locally connected, with weights of their own at each place, and fully connected."""
    shape = context.bottom[0]
    bias, axis = int(layer.bias_term), layer.channel_axis(shape)
    inputs, maps = inputs_per_output(layer, context), context.top[0][axis:]
    places = count(maps[1:])
    local = (count(inputs) + bias) * count(maps)
    full = (count(shape[axis:]) + bias) * count(maps)
    every = f"({product(shape[axis:])} + 1)" if bias else product(shape[axis:])
    saving = f"sharing saves a factor of {places:,}: the same kernels at all places"
    note = f"locally connected: the same windows, with weights of their own at each place; {saving}"
    lines = [
        Line(
            "unshared", f"{_with_bias(context, inputs)} x {product(maps)} = {local:,}", note, {"count": local}
        ),
        Line(
            "fully connected",
            f"{every} x {product(maps)} = {full:,}",
            "every value from all values",
            {"count": full},
        ),
    ]
    return lines if places > 1 else lines[1:]
