"""Fully connected layers as convolutions, so that a net takes larger images and gives a map of scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from prototxt.blobs import Shape, count, format_shape
from prototxt.errors import InputError, NetError, PrototxtError
from prototxt.explain.sections.receptive_field.fields import receptive_fields
from prototxt.explain.sections.section import Line, Section
from prototxt.explain.surgery.compare import ARROW
from prototxt.frontend.load import Options, choose_layers, make_graph
from prototxt.graph.connect import connect
from prototxt.graph.graph import BlobId, Graph, Node, located_at
from prototxt.graph.infer import infer
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.dropout import Dropout
from prototxt.layers.flatten import Flatten
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.prelu import PReLU
from prototxt.layers.reshape import Reshape
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.text.definition import Definition
from prototxt.views.numbers import counted, times

FLATTENERS = (Flatten, Reshape)

VALUE_BY_VALUE = (ElementwiseLayer, Dropout, PReLU)
"""Layers that do to a vector what they do to maps of the same values."""


@dataclass(frozen=True, slots=True)
class Turned:
    """An InnerProduct that has become a convolution: its number, the maps that it reads, C x H x W, its outputs."""

    index: int
    layer: str
    maps: Shape
    num_output: int
    transpose: bool

    @property
    def weight(self) -> Shape:
        """The convolution's weights: num_output x C x H x W."""
        return (self.num_output, *self.maps)


@dataclass(frozen=True)
class Converted:
    """A net whose InnerProducts over maps are convolutions.

    `origin` is the number that each of its layers had in `before`; `dropped` names the layers that only flattened
    maps, `kept` the InnerProducts that stay, each with the reason.
    """

    before: Graph
    after: Graph
    definition: Definition
    options: Options
    turned: tuple[Turned, ...]
    dropped: tuple[str, ...]
    kept: Mapping[str, str]
    origin: tuple[int, ...]


@dataclass
class _Progress:
    """What is known while the layers are gone through: where blobs are found now, and with which shapes.

    `steady` are the blobs that are as large for an image of any size, such as those behind a global pooling; what is
    made of a convolution that was an InnerProduct is not.
    """

    steady: set[BlobId]
    shapes: dict[BlobId, Shape] = field(default_factory=dict)
    renamed: dict[BlobId, BlobId] = field(default_factory=dict)
    layers: list[LayerParameter] = field(default_factory=list)
    origin: list[int] = field(default_factory=list)
    turned: list[Turned] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)


def fc_as_conv(definition: Definition, options: Options) -> Converted:
    """The net with a convolution, its kernel as large as the map, for each InnerProduct over maps.

    One that reads as much of an image of any size, as in a squeeze-and-excitation block, stays as it is.

    Raises InputError where there is none, NetError where the rest of the net cannot take the maps.
    """
    before = make_graph(definition, options)
    chosen = choose_layers(definition, options)
    progress = _Progress(_steady(definition, options, before))
    for node in before.nodes:
        with located_at(node):
            _convert(before, node, chosen.message.layer[node.index], progress)
    if not progress.turned:
        raise InputError(
            f"{before.file}: no InnerProduct to turn into a convolution", hint=_why_none(progress)
        )
    converted = chosen.with_layers(progress.layers, [chosen.trees[i] for i in progress.origin])
    after = infer(connect(converted, options.layer_settings(definition.file)))
    _check_outputs(before, after)
    return Converted(
        before, after, converted, options, tuple(progress.turned), tuple(progress.dropped), progress.kept,
        tuple(progress.origin),
    )  # fmt: skip


def _made_of(graph: Graph, node: Node) -> set[BlobId]:
    """The layer's tops, and all that is made of them."""
    made = set(node.tops)
    for later in graph.nodes[graph.nodes.index(node) + 1 :]:
        if made.intersection(later.bottoms):
            made.update(later.tops)
    return made


def _steady(definition: Definition, options: Options, before: Graph) -> set[BlobId]:
    """The blobs that are as large for an image of twice the sides; none where the net cannot tell."""
    try:
        name = image_input(before)
        *batch, height, width = before.shapes[BlobId(name)]
        twice = make_graph(definition, _with_input(options, name, (*batch, 2 * height, 2 * width)))
    except PrototxtError:
        return set()
    return {blob for blob, shape in before.shapes.items() if twice.shapes.get(blob) == shape}


def _with_input(options: Options, name: str, shape: Shape) -> Options:
    return replace(options, inputs={**(options.inputs or {}), name: shape})


def _why_none(progress: _Progress) -> str:
    kept = [f'"{name}": {why}' for name, why in progress.kept.items()]
    return "; ".join(kept) or "the net has none: it takes other sizes as it is (--what-if data.shape=...)"


def _convert(graph: Graph, node: Node, param: LayerParameter, progress: _Progress) -> None:
    """One layer: left out, turned, or as it is; its tops' shapes follow."""
    bottoms = [progress.renamed.get(blob, blob) for blob in node.bottoms]
    shapes = [progress.shapes[blob] for blob in bottoms]
    is_steady = progress.steady.issuperset(node.bottoms)
    if isinstance(node.layer, FLATTENERS) and not is_steady and _only_flattens(graph, node, shapes[0]):
        progress.renamed[node.tops[0]] = bottoms[0]
        progress.dropped.append(node.name)
        return
    layer = type(param).FromString(param.SerializePartialToString())
    for i, blob in enumerate(bottoms):
        layer.bottom[i] = blob.name
    for i, top in enumerate(node.tops[: len(layer.top)]):
        # In place on a flattened blob: in place on the maps now.
        if i < len(bottoms) and node.bottoms[i].name == top.name and bottoms[i].name != top.name:
            layer.top[i] = bottoms[i].name
            progress.renamed[top] = BlobId(bottoms[i].name, bottoms[i].version + 1)
    if isinstance(node.layer, InnerProduct) and (turned := _turned(node, node.layer, shapes[0], progress)):
        progress.steady -= _made_of(graph, node)
        _as_convolution(layer, turned)
        made: Sequence[Shape] = [(shapes[0][0], turned.num_output, 1, 1)]
    else:
        made = node.layer.shapes(shapes) if node.bottoms else graph.top_shapes(node)
    for top, shape in zip(node.tops, made, strict=False):
        progress.shapes[progress.renamed.get(top, top)] = shape
    progress.layers.append(layer)
    progress.origin.append(node.index)


def _only_flattens(graph: Graph, node: Node, shape: Shape) -> bool:
    """Whether a layer makes a vector of maps that InnerProducts alone read, be it through neurons."""
    flat = graph.shapes[node.tops[0]]
    return (
        len(shape) == 4
        and flat in ((shape[0], count(shape[1:])), (shape[0], count(shape[1:]), 1, 1))
        and _feeds_products(graph, node.tops[0])
    )


def _feeds_products(graph: Graph, blob: BlobId) -> bool:
    readers = [node for node in graph.nodes if blob in node.bottoms]
    return bool(readers) and all(
        isinstance(node.layer, InnerProduct)
        or (
            isinstance(node.layer, VALUE_BY_VALUE)
            and not node.params
            and _feeds_products(graph, node.tops[0])
        )
        for node in readers
    )


def _turned(node: Node, layer: InnerProduct, shape: Shape, progress: _Progress) -> Turned | None:
    why = ""
    if progress.steady.issuperset(node.bottoms):
        why = f"it reads {format_shape(shape)} of an image of any size"
    elif len(shape) != 4:
        why = f"it reads {format_shape(shape)}, no maps"
    elif canonical_axis(layer.axis, shape) != 1:
        why = f"its axis is {layer.axis}, so it does not see whole maps"
    if why:
        progress.kept[node.name] = why
        return None
    turned = Turned(node.index, node.name, shape[1:], layer.num_output, layer.transpose)
    progress.turned.append(turned)
    return turned


def _as_convolution(layer: LayerParameter, turned: Turned) -> None:
    """Rewrite a LayerParameter; name, blobs, learning rates and fillers stay."""
    old, new = layer.inner_product_param, layer.convolution_param
    new.num_output = old.num_output
    if not old.bias_term:
        new.bias_term = False
    _, height, width = turned.maps
    if height == width:
        new.kernel_size.append(height)
    else:
        new.kernel_h, new.kernel_w = height, width
    for name in ("weight_filler", "bias_filler"):
        if old.HasField(name):
            getattr(new, name).CopyFrom(getattr(old, name))
    layer.ClearField("inner_product_param")
    layer.type = "Convolution"


def _check_outputs(before: Graph, after: Graph) -> None:
    """At the old size every output has its old values: as many, and of the same axes but for those of 1."""
    for name in before.outputs:
        old, new = (graph.shapes[graph.last[name]] for graph in (before, after))
        if [d for d in old[1:] if d != 1] != [d for d in new[1:] if d != 1]:
            raise InputError(
                f'{before.file}: output "{name}" would be {format_shape(new)}, it is {format_shape(old)}'
            )


@dataclass(frozen=True, slots=True)
class Larger:
    """The net at another input size: each score's map, the cost per image; or why it cannot be."""

    size: Shape
    scores: Mapping[str, Shape]
    macs: int
    why: str = ""


def at_size(converted: Converted, size: Shape) -> Larger:
    """The converted net for images of this height and width."""
    name = image_input(converted.after)
    options = _with_input(converted.options, name, (*converted.after.shapes[BlobId(name)][:2], *size))
    try:
        graph = make_graph(converted.definition, options)
    except NetError as error:
        return Larger(size, {}, 0, str(error))
    scores = {blob.name: graph.shapes[blob] for blob in map(graph.last.__getitem__, graph.outputs)}
    return Larger(size, scores, sum(graph.macs(node) for node in graph.nodes))


def image_input(graph: Graph) -> str:
    """The net's first input of images. Raises InputError without one."""
    for name in graph.inputs:
        if len(graph.shapes[BlobId(name)]) == 4:
            return name
    raise InputError(
        f"{graph.file}: no input of the net is images, N x C x H x W", hint="give --input data=1,C,H,W"
    )


def own_size(converted: Converted) -> Shape:
    """Height and width of the images the net was made for."""
    graph = converted.before
    return graph.shapes[BlobId(image_input(graph))][2:]


def sections(converted: Converted, sizes: Sequence[Shape]) -> tuple[Section, ...]:
    """What is turned into what, and the maps of scores at each size."""
    lines = [_turned_line(turned) for turned in converted.turned]
    lines += [Line(name, "left out: convolutions read the maps themselves") for name in converted.dropped]
    lines += [Line(name, f"stays an InnerProduct: {why}") for name, why in converted.kept.items()]
    maps = (*(_size_line(converted, at_size(converted, size)) for size in sizes), *_steps(converted))
    return (
        Section("convolutions", "Fully connected layers as convolutions", tuple(lines)),
        Section("scores", "Scores that a larger input gives", maps),
    )


def _turned_line(turned: Turned) -> Line:
    c, h, w = turned.maps
    text = f"{turned.num_output} x {count(turned.maps)}{ARROW}{format_shape(turned.weight)}"
    note = f"a kernel of {h}x{w}, as large as the map; {counted(count(turned.weight), 'weight')} as before"
    values = {
        "num_output": turned.num_output,
        "channels": c,
        "kernel": [h, w],
        "weights": list(turned.weight),
    }
    return Line(turned.layer, text, note, values)


def _steps(converted: Converted) -> list[Line]:
    """How far apart scores lie on the image; nothing where that is not told."""
    last = converted.turned[-1].layer
    top = next(node.tops[0] for node in converted.after.nodes if node.name == last)
    found = receptive_fields(converted.after).get(top)
    if found is None or not found.aligned:
        return []
    each, seen = (
        times(sides) for sides in zip(*((axis.jump, axis.size) for axis in found.axes), strict=True)
    )
    return [
        Line("steps", f"a score for every {each} pixels", f"each sees {seen} of the image, padding included")
    ]


def _size_line(converted: Converted, larger: Larger) -> Line:
    label, own = times(larger.size), own_size(converted)
    if larger.why:
        return Line(label, "the net cannot take it", larger.why)
    text = ", ".join(f"{name} {format_shape(shape)}" for name, shape in larger.scores.items())
    values = {
        "size": list(larger.size), "macs": larger.macs,
        "scores": {name: list(shape) for name, shape in larger.scores.items()},
    }  # fmt: skip
    if larger.size == own:
        return Line(label, text, f"the net's own size; {larger.macs:,} MACs", values)
    places = max((count(shape[2:]) for shape in larger.scores.values() if len(shape) == 4), default=1)
    note = f"{larger.macs:,} MACs"
    if places > 1:
        own_macs = sum(converted.before.macs(node) for node in converted.before.nodes)
        each = own_macs * places
        note += f"; {counted(places, 'crop')} of {times(own)} one by one: {each:,}"
    return Line(label, text, note, values)
