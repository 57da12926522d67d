"""The section on a layer's cost: operations by every convention in use, and why tools give different numbers."""

from __future__ import annotations

from dataclasses import fields
from functools import singledispatch

from prototxt.blobs import count
from prototxt.errors import printable
from prototxt.explain.sections.section import Line, Section
from prototxt.graph.context import LayerContext
from prototxt.graph.graph import Graph, Node
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.convolution_base import ConvolutionBase
from prototxt.layers.common.per_channel import PerChannel
from prototxt.layers.convolution import Convolution
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.inner_product import InnerProduct
from prototxt.views.numbers import product, share, times

__all__ = ["biases", "cost_section", "own_conventions"]

# What tools count was measured with torchinfo 1.8, fvcore 0.1.5, thop 0.1.1, ptflops 0.7, torch 2 and OpenCV 4.
WITHOUT_BIAS = "netscope, fvcore, thop"
WITH_BIAS = "torchinfo, ptflops, onnx-tool"
FLOPS = "FLOPs, multiplications and additions counted separately: PyTorch's FlopCounterMode"


def cost_section(context: LayerContext) -> Section | None:
    """The section; None for layers without bottoms."""
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
        return [Line("work", "none: values are only moved, or stay where they are")]
    return [*lines, Line("multiply-adds", "0: no products with weights; most tools count this layer as free")]


def _multiply_adds(context: LayerContext) -> list[Line]:
    """The conventions, from the one used here to those that differ most."""
    cost = context.node.cost
    macs, bias = context.per_image(cost.macs), biases(context.graph, context.node)
    text = f"{macs_as_product(context.layer, context)}{macs:,}"
    lines = [_convention("MAC", text, f"multiply-adds without the bias: {WITHOUT_BIAS}", macs)]
    if bias:
        text = f"{macs:,} + {bias:,} = {macs + bias:,}"
        lines.append(_convention("with bias", text, WITH_BIAS, macs + bias))
    lines.append(_convention("2 x MAC", f"{2 * macs:,}", FLOPS, 2 * macs))
    lines += own_conventions(context.layer, context, macs)
    whole = context.per_image(context.graph.total_macs)
    lines.append(Line("share", f"{share(macs, whole)} of the net's {whole:,} MACs", values={"net": whole}))
    return lines + _bottleneck(context, macs)


def _convention(label: str, text: str, note: str, value: int) -> Line:
    return Line(label, text, note, {"count": value})


def biases(graph: Graph, node: Node) -> int:
    """Additions of the bias per image, which some tools count as multiply-adds."""
    has_bias = isinstance(node.layer, ConvolutionBase | InnerProduct)
    return node.cost.additions // (graph.images or 1) if has_bias else 0


@singledispatch
def macs_as_product(layer: Layer, context: LayerContext) -> str:
    """`256 x 27 x 27 values x 1,200 = `, of layers whose values all cost the same; by default empty."""
    return ""


@macs_as_product.register
def macs_of_convolution(layer: Convolution, context: LayerContext) -> str:
    """Values of the top, each a sum over a window."""
    if len(context.top) > 1:
        return ""
    shape, axis = context.bottom[0], layer.channel_axis(context.bottom[0])
    window = layer.channels(shape) // layer.groups(shape) * layer.window(shape).num_taps
    return f"{product(context.top[0][axis:])} values x {window:,} = "


@macs_as_product.register
def macs_of_deconvolution(layer: Deconvolution, context: LayerContext) -> str:
    """Values of the bottom, each times a kernel."""
    if len(context.top) > 1:
        return ""
    shape, axis = context.bottom[0], layer.channel_axis(context.bottom[0])
    kernel = layer.outputs(shape) // layer.groups(shape) * layer.window(shape).num_taps
    return f"{product(shape[axis:])} values x {kernel:,} = "


@macs_as_product.register
def macs_of_inner_product(layer: InnerProduct, context: LayerContext) -> str:
    """Outputs, each a sum over all inputs."""
    shape = context.bottom[0]
    return f"{layer.num_output:,} values x {layer.matrix(shape)[1]:,} = " if len(shape) > 1 else ""


@singledispatch
def own_conventions(layer: Layer, context: LayerContext, macs: int) -> list[Line]:
    """Conventions that some tool uses for this type of layer only; by default none."""
    return []


@own_conventions.register
def conventions_of_convolution(layer: Convolution, context: LayerContext, macs: int) -> list[Line]:
    """OpenCV counts as if every output saw every input, and adds a bias whether there is one or not."""
    shape, axis = context.bottom[0], layer.channel_axis(context.bottom[0])
    window, group = layer.window(shape), layer.groups(shape)
    total = context.per_image(sum(map(count, context.top))) * (
        2 * layer.channels(shape) * window.num_taps + 1
    )
    ratio = f"; it ignores group, so about {total / (2 * macs):.3g} times as many" if group > 1 else ""
    inner = product([layer.channels(shape), *window.kernel])
    text = f"{product(context.top[0][axis:])} x (2 x {inner} + 1) = {total:,}"
    return [_convention("OpenCV", text, f"its getFLOPS: 2 x MAC and the bias{ratio}", total)]


@own_conventions.register
def conventions_of_deconvolution(layer: Deconvolution, context: LayerContext, macs: int) -> list[Line]:
    """Some tools count the transposed convolution by its outputs."""
    shape, axis = context.bottom[0], layer.channel_axis(context.bottom[0])
    places, places_out = count(shape[axis + 1 :]), count(context.top[0][axis + 1 :])
    total = macs // (places or 1) * places_out
    note = (
        "torchinfo and thop count the whole kernel at every place of the output; "
        f"only one of {product(layer.window(shape).stride)} taps meets a value there"
    )
    line = _convention("by output", f"{macs:,} / {places:,} x {places_out:,} = {total:,}", note, total)
    return [line] * (total != macs)


@own_conventions.register
def conventions_of_inner_product(layer: InnerProduct, context: LayerContext, macs: int) -> list[Line]:
    """OpenCV counts three operations per weight."""
    text = f"3 x {macs:,} = {3 * macs:,}"
    return [_convention("OpenCV", text, "its getFLOPS counts three operations per weight", 3 * macs)]


def _bottleneck(context: LayerContext, macs: int) -> list[Line]:
    """The saving by a 1x1 convolution to fewer maps before another convolution."""
    layer, shape = context.layer, context.bottom[0]
    if not isinstance(layer, Convolution) or layer.window(shape).num_taps > 1 or layer.groups(shape) > 1:
        return []
    maps, fewer = layer.channels(shape), layer.outputs(shape)
    following = _next_convolution(context.graph, context.node)
    if following is None or fewer >= maps or context.top[0][2:] != shape[2:]:
        return []
    node, window = following
    then = context.per_image(node.cost.macs)
    both, direct = macs + then, then // fewer * maps
    text = f"{maps} → {fewer} maps, then {printable(node.name)}: {macs:,} + {then:,} = {both:,}"
    note = f"its {times(window)} on all {maps} maps: {direct:,}, {direct / both:.1f} times as many"
    return [Line("bottleneck", text, note, {"with": both, "without": direct})]


def _next_convolution(graph: Graph, node: Node) -> tuple[Node, tuple[int, ...]] | None:
    """The first convolution without groups that reads this layer's top, and its kernel of more than one tap.

    Elementwise layers in between are skipped.
    """
    blobs = set(node.tops)
    for reader in graph.nodes[node.index + 1 :]:
        if not blobs & set(reader.bottoms):
            continue
        layer = reader.layer
        if layer.kind == "neuron" or isinstance(layer, PerChannel):
            blobs |= set(reader.tops)
        elif isinstance(layer, Convolution):
            shape = graph.bottom_shapes(reader)[0]
            window = layer.window(shape)
            return (reader, window.kernel) if window.num_taps > 1 and layer.groups(shape) == 1 else None
    return None
