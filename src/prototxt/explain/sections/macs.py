"""What one forward costs, by every convention in use, and why tools give different numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from prototxt.blobs import count
from prototxt.explain.sections.section import Line, Section
from prototxt.graph.context import LayerContext, of_class
from prototxt.graph.graph import Graph, Node
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.convolution_base import ConvolutionBase
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.common.per_channel import PerChannel
from prototxt.layers.convolution import Convolution
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.dropout import Dropout
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.prelu import PReLU
from prototxt.views.words import product, share, times

# What tools count was measured with torchinfo 1.8, fvcore 0.1.5, thop 0.1.1, ptflops 0.7, torch 2 and OpenCV 4.
PLAIN = "netscope, fvcore, thop"
WITH_BIAS = "torchinfo, ptflops, onnx-tool"
DOUBLE = "FLOPs, a product and a sum each one: PyTorch's FlopCounterMode"


def macs(context: LayerContext) -> Section | None:
    """Nothing for layers that take no bottom."""
    if not context.bottom:
        return None
    lines = _multiply_adds(context) if context.node.cost.macs else _operations(context)
    images = context.graph.images
    lines += [Line("batch", f"all numbers are for one of {images} images")] * (images > 1)
    return Section("cost", "What it costs", tuple(lines))


def _operations(context: LayerContext) -> list[Line]:
    """Operations by kind, of layers that multiply by no weights."""
    counts = {field.name: context.per_image(getattr(context.node.cost, field.name)) for field in fields(Cost)}
    lines = [Line(kind, f"{n:,}", values={"count": n}) for kind, n in counts.items() if n]
    if not lines:
        return [Line("work", "none: it only moves values, or leaves them where they are")]
    return [*lines, Line("multiply-adds", "0: no products with weights; most tools count this layer as free")]


def _multiply_adds(context: LayerContext) -> list[Line]:
    """Conventions, from the one that is counted here to those that differ most."""
    cost = context.node.cost
    plain, bias = context.per_image(cost.macs), biases(context.graph, context.node)
    rule = of_class(RULES, context.layer)
    lines = [
        _convention(
            "MAC", f"{_as_product(context)}{plain:,}", f"multiply-adds without the bias: {PLAIN}", plain
        )
    ]
    if bias:
        text = f"{plain:,} + {bias:,} = {plain + bias:,}"
        lines.append(_convention("with bias", text, WITH_BIAS, plain + bias))
    lines.append(_convention("2 x MAC", f"{2 * plain:,}", DOUBLE, 2 * plain))
    if rule:
        lines += rule(context, plain)
    whole = context.per_image(sum(node.cost.macs for node in context.graph.nodes))
    lines.append(Line("share", f"{share(plain, whole)} of the net's {whole:,} MACs", values={"net": whole}))
    return lines + _bottleneck(context, plain)


def _convention(label: str, text: str, note: str, value: int) -> Line:
    return Line(label, text, note, {"count": value})


def biases(graph: Graph, node: Node) -> int:
    """Additions of the bias per image, which some tools count as multiply-adds."""
    has_bias = isinstance(node.layer, ConvolutionBase | InnerProduct)
    return node.cost.additions // (graph.images or 1) if has_bias else 0


def _as_product(context: LayerContext) -> str:
    """`256 x 27 x 27 values x 1,200 = `, of layers whose values are all made alike."""
    layer, shape = context.layer, context.bottom[0]
    if isinstance(layer, Convolution):
        window, axis = layer.window(shape), layer.channel_axis(shape)
        sees = layer.channels(shape) // layer.groups(shape) * window.num_taps
        return f"{product(context.top[0][axis:])} values x {sees:,} = " if len(context.top) == 1 else ""
    if isinstance(layer, Deconvolution):
        axis = layer.channel_axis(shape)
        stamp = layer.outputs(shape) // layer.groups(shape) * layer.window(shape).num_taps
        return f"{product(shape[axis:])} values x {stamp:,} = " if len(context.top) == 1 else ""
    if isinstance(layer, InnerProduct):
        return f"{layer.num_output:,} values x {layer.matrix(shape)[1]:,} = " if len(shape) > 1 else ""
    return ""


def _convolution(context: LayerContext, plain: int) -> list[Line]:
    """OpenCV's own count: as if every output saw every input, and with a bias, whether there is one or not."""
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Convolution)
    axis, window = layer.channel_axis(shape), layer.window(shape)
    sees = layer.channels(shape) * window.num_taps
    total = context.per_image(sum(map(count, context.top))) * (2 * sees + 1)
    group = layer.groups(shape)
    why = (
        f"; it does not look at group, so about {total / (2 * plain):.3g} times as many" if group > 1 else ""
    )
    made = product(context.top[0][axis:])
    inner = product([layer.channels(shape), *window.kernel])
    text = f"{made} x (2 x {inner} + 1) = {total:,}"
    return [_convention("OpenCV", text, f"its getFLOPS: 2 x MAC and the bias{why}", total)]


def _deconvolution(context: LayerContext, plain: int) -> list[Line]:
    layer, shape = context.layer, context.bottom[0]
    assert isinstance(layer, Deconvolution)
    stamped, places = (
        count(shape[layer.channel_axis(shape) + 1 :]),
        count(context.top[0][layer.channel_axis(shape) + 1 :]),
    )
    total = plain // (stamped or 1) * places
    note = (
        "torchinfo and thop take every place of the output to see the whole kernel; of "
        f"{product(layer.window(shape).stride)} taps only one meets a value there"
    )
    return [_convention("by output", f"{plain:,} / {stamped:,} x {places:,} = {total:,}", note, total)] * (
        total != plain
    )


def _inner_product(_: LayerContext, plain: int) -> list[Line]:
    text = f"3 x {plain:,} = {3 * plain:,}"
    return [_convention("OpenCV", text, "getFLOPS takes three operations for each weight", 3 * plain)]


def _bottleneck(context: LayerContext, plain: int) -> list[Line]:
    """What a 1x1 convolution to fewer maps saves the convolution behind it."""
    layer, shape = context.layer, context.bottom[0]
    if not isinstance(layer, Convolution) or layer.window(shape).num_taps > 1 or layer.groups(shape) > 1:
        return []
    maps, fewer = layer.channels(shape), layer.outputs(shape)
    behind = _next_convolution(context.graph, context.node)
    if behind is None or fewer >= maps or context.top[0][2:] != shape[2:]:
        return []
    then = context.per_image(behind.cost.macs)
    both, direct = plain + then, then // fewer * maps
    assert isinstance(behind.layer, Convolution)
    kernel = times(behind.layer.window(context.graph.bottom_shapes(behind)[0]).kernel)
    text = f"{maps} → {fewer} maps, then {behind.name}: {plain:,} + {then:,} = {both:,}"
    note = f"its {kernel} on all {maps} maps: {direct:,}, {direct / both:.1f} times as many"
    return [Line("bottleneck", text, note, {"with": both, "without": direct})]


def _next_convolution(graph: Graph, node: Node) -> Node | None:
    """The first convolution with a real window that reads what this layer makes, also through layers value by value."""
    blobs = set(node.tops)
    for reader in graph.nodes[graph.nodes.index(node) + 1 :]:
        if not blobs & set(reader.bottoms):
            continue
        layer = reader.layer
        if isinstance(layer, ElementwiseLayer | PerChannel | PReLU | Dropout):
            blobs |= set(reader.tops)
        elif isinstance(layer, Convolution):
            shape = graph.bottom_shapes(reader)[0]
            return reader if layer.window(shape).num_taps > 1 and layer.groups(shape) == 1 else None
    return None


RULES: dict[type[Layer], Callable[[LayerContext, int], list[Line]]] = {
    Convolution: _convolution,
    Deconvolution: _deconvolution,
    InnerProduct: _inner_product,
}
"""Conventions of their own, by layer class."""
