"""Fully connected layers as convolutions, so that a net accepts larger images and returns a map of scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import singledispatch

from prototxt.blobs import Shape, count, format_shape
from prototxt.errors import InputError, NetError, PrototxtError
from prototxt.frontend.load import Options, choose_layers, make_graph
from prototxt.graph.connect import connect
from prototxt.graph.graph import BlobId, Graph, Node, located_at
from prototxt.graph.infer import infer
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.flatten import Flatten
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.reshape import Reshape
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.text.definition import Definition

__all__ = [
    "Converted",
    "ConvertedLayer",
    "SizedNet",
    "at_size",
    "fc_as_conv",
    "image_input",
    "own_size",
]


@singledispatch
def can_flatten(layer: Layer) -> bool:
    """Whether a layer can turn maps into a vector of the same values."""
    return False


@can_flatten.register
def _can_flatten(layer: Flatten | Reshape) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ConvertedLayer:
    """An InnerProduct that became a convolution: its index, its input maps C x H x W, and its number of outputs."""

    index: int
    layer: str
    maps: Shape
    num_output: int
    transpose: bool

    @property
    def weight(self) -> Shape:
        """The shape of the convolution's weights: num_output x C x H x W."""
        return (self.num_output, *self.maps)


@dataclass(frozen=True)
class Converted:
    """A net whose InnerProducts over maps are convolutions.

    `layers` are the converted ones. `origin` is the index that each layer of the new net had in `before`; `dropped`
    names the layers that only flattened maps, `kept` the InnerProducts that stay, each with the reason.
    """

    before: Graph
    after: Graph
    definition: Definition
    options: Options
    layers: tuple[ConvertedLayer, ...]
    dropped: tuple[str, ...]
    kept: Mapping[str, str]
    origin: tuple[int, ...]


@dataclass
class _Progress:
    """The state of the conversion: the new names and shapes of blobs, and the layers so far.

    `fixed_size` holds the blobs whose size does not depend on the image, for example those after a global pooling; the
    outputs of a converted InnerProduct do depend on it.
    """

    fixed_size: set[BlobId]
    shapes: dict[BlobId, Shape] = field(default_factory=dict)
    renamed: dict[BlobId, BlobId] = field(default_factory=dict)
    layers: list[LayerParameter] = field(default_factory=list)
    origin: list[int] = field(default_factory=list)
    converted: list[ConvertedLayer] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)


def fc_as_conv(definition: Definition, options: Options) -> Converted:
    """Replace each InnerProduct over maps by a convolution with a kernel as large as the map.

    An InnerProduct whose input size does not depend on the image, as in a squeeze-and-excitation block, stays.

    Raises InputError where there is nothing to convert, NetError where the rest of the net cannot take the maps.
    """
    before = make_graph(definition, options)
    chosen = choose_layers(definition, options)
    progress = _Progress(_fixed_size(definition, options, before))
    for node in before.nodes:
        with located_at(node):
            _convert(before, node, chosen.message.layer[node.index], progress)
    if not progress.converted:
        raise InputError(
            f"{before.file}: no InnerProduct to convert to a convolution", hint=_why_none(progress)
        )
    converted = chosen.with_layers(progress.layers, [chosen.trees[i] for i in progress.origin])
    after = infer(connect(converted, options.layer_settings(definition.file)))
    after.raise_refused()
    _check_outputs(before, after)
    return Converted(
        before, after, converted, options, tuple(progress.converted), tuple(progress.dropped), progress.kept,
        tuple(progress.origin),
    )  # fmt: skip


def _downstream(graph: Graph, node: Node) -> set[BlobId]:
    """The tops of the layer, and all blobs that depend on them."""
    dependent = set(node.tops)
    for later in graph.nodes[graph.nodes.index(node) + 1 :]:
        if dependent.intersection(later.bottoms):
            dependent.update(later.tops)
    return dependent


def _fixed_size(definition: Definition, options: Options, before: Graph) -> set[BlobId]:
    """The blobs that keep their shape for an image with twice the sides; none where the net refuses that image."""
    try:
        name = image_input(before)
        *batch, height, width = before.shapes[BlobId(name)]
        larger = make_graph(definition, _with_input(options, name, (*batch, 2 * height, 2 * width)))
    except PrototxtError:
        return set()
    return {blob for blob, shape in before.shapes.items() if larger.shapes.get(blob) == shape}


def _with_input(options: Options, name: str, shape: Shape) -> Options:
    return replace(options, inputs={**(options.inputs or {}), name: shape})


def _why_none(progress: _Progress) -> str:
    kept = [f'"{name}": {why}' for name, why in progress.kept.items()]
    return "; ".join(kept) or "the net has none: it already accepts other sizes (--what-if data.shape=...)"


def _convert(graph: Graph, node: Node, param: LayerParameter, progress: _Progress) -> None:
    """Drop, convert or copy one layer, and infer the shapes of its tops."""
    bottoms = [progress.renamed.get(blob, blob) for blob in node.bottoms]
    shapes = [progress.shapes[blob] for blob in bottoms]
    is_fixed = progress.fixed_size.issuperset(node.bottoms)
    if can_flatten(node.layer) and not is_fixed and _only_flattens(graph, node, shapes[0]):
        progress.renamed[node.tops[0]] = bottoms[0]
        progress.dropped.append(node.name)
        return
    layer = LayerParameter.FromString(param.SerializePartialToString())
    for i, blob in enumerate(bottoms):
        layer.bottom[i] = blob.name
    for i, top in enumerate(node.tops[: len(layer.top)]):
        # A layer in place on a flattened blob now works in place on the maps.
        if i < len(bottoms) and node.bottoms[i].name == top.name and bottoms[i].name != top.name:
            layer.top[i] = bottoms[i].name
            progress.renamed[top] = BlobId(bottoms[i].name, bottoms[i].version + 1)
    converted = None
    if isinstance(node.layer, InnerProduct):
        converted = _converted_layer(node, node.layer, shapes[0], progress)
    if converted is not None:
        progress.fixed_size -= _downstream(graph, node)
        _rewrite(layer, converted)
        tops: Sequence[Shape] = [(shapes[0][0], converted.num_output, 1, 1)]
    else:
        tops = node.layer.shapes(shapes) if node.bottoms else graph.top_shapes(node)
    for top, shape in zip(node.tops, tops, strict=False):
        progress.shapes[progress.renamed.get(top, top)] = shape
    progress.layers.append(layer)
    progress.origin.append(node.index)


def _only_flattens(graph: Graph, node: Node, shape: Shape) -> bool:
    """Whether a layer flattens maps into a vector that only InnerProducts read, possibly through neurons."""
    flat = graph.shapes[node.tops[0]]
    return (
        len(shape) == 4
        and flat in ((shape[0], count(shape[1:])), (shape[0], count(shape[1:]), 1, 1))
        and _feeds_products(graph, node.tops[0])
    )


def _feeds_products(graph: Graph, blob: BlobId) -> bool:
    """Whether only InnerProducts read a blob, possibly through neurons, which treat vectors and maps alike."""
    readers = [node for node in graph.nodes if blob in node.bottoms]
    return bool(readers) and all(
        isinstance(node.layer, InnerProduct)
        or (node.layer.kind == "neuron" and not node.params and _feeds_products(graph, node.tops[0]))
        for node in readers
    )


def _converted_layer(
    node: Node, layer: InnerProduct, shape: Shape, progress: _Progress
) -> ConvertedLayer | None:
    """The convolution that replaces an InnerProduct; None for one that stays, whose reason is recorded."""
    why = ""
    if progress.fixed_size.issuperset(node.bottoms):
        why = f"its input is {format_shape(shape)} for an image of any size"
    elif len(shape) != 4:
        why = f"its input is {format_shape(shape)}, not maps"
    elif canonical_axis(layer.axis, shape) != 1:
        why = f"its axis is {layer.axis}, so it does not read whole maps"
    if why:
        progress.kept[node.name] = why
        return None
    converted = ConvertedLayer(node.index, node.name, shape[1:], layer.num_output, layer.transpose)
    progress.converted.append(converted)
    return converted


def _rewrite(layer: LayerParameter, converted: ConvertedLayer) -> None:
    """Turn an InnerProduct's definition into that of the convolution; name, blobs, rates and fillers stay."""
    old, new = layer.inner_product_param, layer.convolution_param
    new.num_output = old.num_output
    if not old.bias_term:
        new.bias_term = False
    _, height, width = converted.maps
    if height == width:
        new.kernel_size.append(height)
    else:
        new.kernel_h, new.kernel_w = height, width
    if old.HasField("weight_filler"):
        new.weight_filler.CopyFrom(old.weight_filler)
    if old.HasField("bias_filler"):
        new.bias_filler.CopyFrom(old.bias_filler)
    layer.ClearField("inner_product_param")
    layer.type = "Convolution"


def _check_outputs(before: Graph, after: Graph) -> None:
    """Check that every output keeps its axes at the original size, apart from axes of length 1.

    Raises InputError where one does not.
    """
    for name in before.outputs:
        old, new = (graph.shapes[graph.last[name]] for graph in (before, after))
        if [d for d in old[1:] if d != 1] != [d for d in new[1:] if d != 1]:
            raise InputError(
                f'{before.file}: output "{name}" would change from {format_shape(old)} to {format_shape(new)}'
            )


@dataclass(frozen=True, slots=True)
class SizedNet:
    """The net at one input size: the shape of each output and the cost per image; or `why` it is invalid."""

    size: Shape
    scores: Mapping[str, Shape]
    macs: int
    why: str = ""


def at_size(converted: Converted, size: Shape) -> SizedNet:
    """The converted net for images of this height and width.

    Raises InputError where no input of the net is images.
    """
    name = image_input(converted.after)
    options = _with_input(converted.options, name, (*converted.after.shapes[BlobId(name)][:2], *size))
    try:
        graph = make_graph(converted.definition, options)
    except NetError as error:
        return SizedNet(size, {}, 0, str(error))
    scores = {blob.name: graph.shapes[blob] for blob in map(graph.last.__getitem__, graph.outputs)}
    return SizedNet(size, scores, sum(graph.macs(node) for node in graph.nodes))


def image_input(graph: Graph) -> str:
    """The name of the first input of images, N x C x H x W.

    Raises InputError where the net has none.
    """
    for name in graph.inputs:
        if len(graph.shapes[BlobId(name)]) == 4:
            return name
    raise InputError(
        f"{graph.file}: no input of the net is images, N x C x H x W", hint="give --input data=1,C,H,W"
    )


def own_size(converted: Converted) -> Shape:
    """The original height and width of the input images."""
    graph = converted.before
    return graph.shapes[BlobId(image_input(graph))][2:]
