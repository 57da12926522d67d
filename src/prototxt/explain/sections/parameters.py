"""Learned numbers as a product, and what the same maps would take without sharing weights."""

from __future__ import annotations

from collections.abc import Callable

from prototxt.blobs import count
from prototxt.explain.sections.section import Line, Section
from prototxt.graph.context import LayerContext, of_class
from prototxt.graph.graph import ParamRef
from prototxt.layers.base import Layer
from prototxt.layers.convolution import Convolution
from prototxt.layers.inner_product import InnerProduct
from prototxt.views.words import product, share, size_of_floats


def parameters(context: LayerContext) -> Section | None:
    """Nothing for layers that take no bottom: they hold data."""
    if not context.bottom:
        return None
    if not context.node.params:
        return Section("parameters", "Parameters", (Line("learned", "nothing", values={"count": 0}),))
    lines = [*_arrays(context), _together(context)]
    rule = of_class(RULES, context.layer)
    return Section("parameters", "Parameters", tuple(lines + (rule(context) if rule else [])))


def array_names(context: LayerContext) -> list[str]:
    """What the layer's learned arrays are called, in their order."""
    return [param.name or f"array {i}" for i, param in enumerate(context.node.params)]


def _arrays(context: LayerContext) -> list[Line]:
    pairs = zip(array_names(context), context.node.params, strict=False)
    return [_array(context, name, param) for name, param in pairs]


def _array(context: LayerContext, name: str, param: ParamRef) -> Line:
    total = f" = {count(param.shape):,}" if len(param.shape) > 1 else ""
    notes = ["measured, not learned"] * param.statistic
    if param.owner != context.node.index:
        notes.append(
            f'that of layer {context.graph.nodes[param.owner].name}, which has the same name "{param.shared_name}"'
        )
    values = {"shape": list(param.shape), "count": count(param.shape), "statistic": param.statistic}
    return Line(name, (product(param.shape) or "1") + total, "\n".join(notes), values)


def _together(context: LayerContext) -> Line:
    own = sum(count(p.shape) for p in context.node.own_params)
    whole = sum(count(p.shape) for p in context.graph.own_params())
    note = f"{size_of_floats(own)} in float32; {share(own, whole)} of the net's {whole:,}"
    if not own:
        note = "all of it belongs to other layers"
    return Line("together", f"{_own_product(context)}{own:,}", note, {"count": own, "net": whole})


def _own_product(context: LayerContext) -> str:
    """`(48 x 5 x 5 + 1) x 256 = `, where it is weights and a bias."""
    layer, params = context.layer, context.node.params
    if (
        len(params) != 2
        or len(context.node.own_params) != 2
        or not isinstance(layer, Convolution | InnerProduct)
    ):
        return ""
    return f"{_of_kernel(context)} x {params[1].shape[0]:,} = "


def _kernel(context: LayerContext) -> tuple[int, ...]:
    """What one output's weights are laid along."""
    layer, shape = context.layer, context.bottom[0]
    if isinstance(layer, InnerProduct):
        return (layer.matrix(shape)[1],)
    return context.node.params[0].shape[1:]


def _of_kernel(context: LayerContext) -> str:
    """`(48 x 5 x 5 + 1)`, without the 1 where there is no bias."""
    kernel = product(_kernel(context))
    return f"({kernel} + 1)" if len(context.node.params) > 1 else kernel


def _unshared(context: LayerContext) -> list[Line]:
    """The same maps locally connected, with weights of their own at each place, and fully connected."""
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Convolution)
    bias, axis = int(layer.bias_term), layer.channel_axis(shape)
    values, made = count(_kernel(context)), context.top[0][axis:]
    places = count(made[1:])
    local, full = (values + bias) * count(made), (count(shape[axis:]) + bias) * count(made)
    saved = f"sharing saves a factor of {places:,}: the same kernels at all places"
    every = f"({product(shape[axis:])} + 1)" if bias else product(shape[axis:])
    lines = [
        Line(
            "unshared", f"{_of_kernel(context)} x {product(made)} = {local:,}",
            f"locally connected: the same windows, with weights of their own at each place; {saved}", {"count": local},
        ),
        Line(
            "fully connected", f"{every} x {product(made)} = {full:,}", "every value from all values", {"count": full}
        ),
    ]  # fmt: skip
    return lines if places > 1 else lines[1:]


RULES: dict[type[Layer], Callable[[LayerContext], list[Line]]] = {Convolution: _unshared}
"""What else there is to say, by layer class."""
