"""A net as pycaffe draws it: layers in boxes, blobs in octagons, with kernels, outputs and learning rates.

    draw_net_to_file(net, "net.png", rankdir="TB", phase=caffe.TEST)  # net: a NetParameter of any age

Only pictures need Graphviz's program dot; .dot, .gv and .raw files need no program. `prototxt-draw` draws the
same nets with the shape of every blob.

Source: caffe/python/caffe/draw.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from prototxt.caffe.proto import caffe_pb2
from prototxt.errors import PrototxtError, printable
from prototxt.schema import Message
from prototxt.schema.caffe_pb2 import LayerParameter, NetParameter
from prototxt.text.definition import define
from prototxt.upgrade import upgrade
from prototxt.util.files import whole_file
from prototxt.views.dot import quoted
from prototxt.views.graphviz import render

__all__ = [
    "choose_color_by_layertype",
    "draw_net",
    "draw_net_to_file",
    "get_edge_label",
    "get_layer_label",
    "get_layer_lr_mult",
    "get_pooling_types_dict",
    "get_pydot_graph",
]

LAYER_STYLE_DEFAULT = {"shape": "box", "fillcolor": "#6495ED", "style": "filled"}
NEURON_LAYER_STYLE = {"shape": "box", "fillcolor": "#90EE90", "style": "filled"}
BLOB_STYLE = {"shape": "octagon", "fillcolor": "#E0E0E0", "style": "filled"}
"""Caffe's colours; boxes look like its records, in which `|` and `<` of a name would mean something."""

DIRECTIONS = ("LR", "TB", "BT", "RL")

TEXTS = ("dot", "gv", "raw")
"""Formats that are Graphviz's text itself."""

_LEARNING = ("Convolution", "Deconvolution", "InnerProduct")


def get_pooling_types_dict() -> dict[int, str]:
    """The names of pooling methods by number: 0 is MAX."""
    values = caffe_pb2.PoolingParameter.PoolMethod.DESCRIPTOR.values_by_number
    return {number: value.name for number, value in values.items()}


def get_edge_label(layer: LayerParameter) -> str:
    """The label of the arrows to a layer's tops: number of outputs, or batch size; `""` for other layers."""
    return _edge_text(layer) or '""'


def _edge_text(layer: LayerParameter) -> str:
    if layer.type == "Data":
        return f"Batch {layer.data_param.batch_size}"
    if layer.type in ("Convolution", "Deconvolution"):
        return str(layer.convolution_param.num_output)
    return str(layer.inner_product_param.num_output) if layer.type == "InnerProduct" else ""


def get_layer_lr_mult(layer: LayerParameter) -> tuple[float, float]:
    """The learning rate multipliers of the weights and the bias of a Convolution, Deconvolution or InnerProduct.

    Raises ValueError for other types, and for more than two `param`.
    """
    if layer.type not in _LEARNING:
        raise ValueError(f"{layer.type} layers do not have a learning rate multiplier")
    if len(layer.param) > 2:
        raise ValueError(
            f'Could not parse the learning rate multiplier: "{layer.name}" has {len(layer.param)} param'
        )
    weights, bias = ([spec.lr_mult for spec in layer.param] + [1.0, 1.0])[:2]
    return weights, bias


def get_layer_label(layer: LayerParameter, rankdir: str, display_lrm: bool = False) -> str:
    """A layer's label in double quotes: name, type, window, and with `display_lrm` its learning rate multipliers.

    Its parts stand side by side where the net is drawn from top to bottom, else below each other.
    """
    parts = _separator(rankdir, r"\n").join(_label(layer, display_lrm))
    return f'"{parts}"'


def _separator(rankdir: str, line_end: str) -> str:
    return " " if rankdir in ("TB", "BT") else line_end


def _label(layer: LayerParameter, display_lrm: bool) -> Iterator[str]:
    yield layer.name
    method = f" {get_pooling_types_dict()[layer.pooling_param.pool]}" if layer.type == "Pooling" else ""
    yield f"({layer.type}{method})"
    if layer.type == "Pooling" and layer.pooling_param.global_pooling:
        yield "global"
    elif layer.type in ("Convolution", "Deconvolution", "Pooling"):
        p = layer.pooling_param if layer.type == "Pooling" else layer.convolution_param
        yield f"kernel size: {_sizes(p, 'kernel_size', 'kernel', 1)}"
        yield f"stride: {_sizes(p, 'stride', 'stride', 1)}"
        yield f"pad: {_sizes(p, 'pad', 'pad', 0)}"
    if display_lrm and layer.type in _LEARNING:
        rates = get_layer_lr_mult(layer)
        if any(rates):
            yield f"lr mult: {rates[0]:.1f}, {rates[1]:.1f}"


def _sizes(p: Message, name: str, each: str, default: int) -> str:
    """One number, or one for each axis where they differ: 3x5."""
    value = getattr(p, name)
    sizes = list(value) if hasattr(value, "append") else [value] * p.HasField(name)
    if p.HasField(f"{each}_h") or p.HasField(f"{each}_w"):
        sizes = [getattr(p, f"{each}_h"), getattr(p, f"{each}_w")]
    sizes = sizes or [default]
    return "x".join(map(str, sizes[:1] if len(set(sizes)) == 1 else sizes))


def choose_color_by_layertype(layertype: str) -> str:
    """The colour of a layer's box."""
    own = {
        "Convolution": "#FF5050",
        "Deconvolution": "#FF5050",
        "Pooling": "#FF9900",
        "InnerProduct": "#CC33FF",
    }
    return own.get(layertype, LAYER_STYLE_DEFAULT["fillcolor"])


@dataclass(frozen=True)
class _Node:
    id: str
    label: str
    style: dict[str, str]


@dataclass(frozen=True)
class _Picture:
    """A drawing for any renderer: nodes, and edges as start, end and label."""

    name: str
    rankdir: str
    nodes: list[_Node]
    edges: list[tuple[str, str, str]]


def _picture(
    net: NetParameter, rankdir: str, label_edges: bool, phase: int | None, display_lrm: bool
) -> _Picture:
    if rankdir not in DIRECTIONS:
        raise ValueError(f'rankdir is one of {", ".join(DIRECTIONS)}, not "{rankdir}"')
    if net.layers:
        net = upgrade(define(net, net.name or "net")).message
    layers = [layer for layer in net.layer if _takes_part(layer, phase)]
    blobs: dict[str, _Node] = {}
    for layer in layers:
        for name in (*layer.bottom, *layer.top):
            blobs.setdefault(name, _Node(f"blob{len(blobs)}", printable(name), BLOB_STYLE))
    nodes, edges = list[_Node](), list[tuple[str, str, str]]()
    for i, layer in enumerate(layers):
        text = _separator(rankdir, "\n").join(map(printable, _label(layer, display_lrm)))
        nodes.append(_Node(f"layer{i}", text, _style(layer)))
        edges += [(blobs[name].id, f"layer{i}", "") for name in layer.bottom]
        edges += [
            (f"layer{i}", blobs[name].id, _edge_text(layer) if label_edges else "") for name in layer.top
        ]
    return _Picture(printable(net.name) or "Net", rankdir, [*nodes, *blobs.values()], edges)


def _style(layer: LayerParameter) -> dict[str, str]:
    if len(layer.bottom) == len(layer.top) == 1 and layer.bottom[0] == layer.top[0]:
        return NEURON_LAYER_STYLE
    return {**LAYER_STYLE_DEFAULT, "fillcolor": choose_color_by_layertype(layer.type)}


def _takes_part(layer: LayerParameter, phase: int | None) -> bool:
    """Whether a layer takes part in a phase; a rule without a phase holds in both."""
    if phase is None:
        return True
    if layer.include and layer.exclude:
        raise ValueError(f"layer {layer.name} has both include and exclude specified.")
    if layer.include:
        return any(rule.phase == phase or not rule.HasField("phase") for rule in layer.include)
    # A layer that is excluded only for some stage is drawn.
    return not any(rule.phase == phase and rule.HasField("phase") for rule in layer.exclude)


def _dot(picture: _Picture) -> str:
    lines = [f"digraph {quoted(picture.name)} {{", f"  rankdir={picture.rankdir}"]
    for node in picture.nodes:
        style = "".join(f", {name}={quoted(value)}" for name, value in node.style.items())
        lines.append(f"  {node.id} [label={quoted(node.label)}{style}]")
    lines += [f"  {start} -> {end} [label={quoted(label)}]" for start, end, label in picture.edges]
    return "\n".join([*lines, "}"]) + "\n"


def get_pydot_graph(
    caffe_net: NetParameter,
    rankdir: str,
    label_edges: bool = True,
    phase: int | None = None,
    display_lrm: bool = False,
) -> Any:  # a pydot.Dot; pydot need not be installed
    """A net as a pydot.Dot; `phase` leaves out the layers of the other one, `label_edges=False` the labels of arrows.

    Raises ImportError where the library pydot is not installed.
    """
    try:
        import pydot
    except ImportError:
        what = "get_pydot_graph needs the Python library pydot (pip install pydot)"
        raise ImportError(f"{what}; draw_net and draw_net_to_file do not", name="pydot") from None
    picture = _picture(caffe_net, rankdir, label_edges, phase, display_lrm)
    graph = pydot.Dot(quoted(picture.name), graph_type="digraph", rankdir=rankdir)
    nodes = {
        node.id: pydot.Node(node.id, label=quoted(node.label), **_quoted_all(node.style))
        for node in picture.nodes
    }
    for node in nodes.values():
        graph.add_node(node)
    for start, end, label in picture.edges:
        graph.add_edge(pydot.Edge(nodes[start], nodes[end], label=quoted(label)))
    return graph


def _quoted_all(style: dict[str, str]) -> dict[str, str]:
    return {name: quoted(value) for name, value in style.items()}


def draw_net(
    caffe_net: NetParameter,
    rankdir: str,
    ext: str = "png",
    phase: int | None = None,
    display_lrm: bool = False,
) -> bytes:
    """A net (a NetParameter) as the bytes of a picture: png, svg, pdf, whatever Graphviz writes, or its own text (dot).

    Raises PrototxtError where Graphviz is not installed or does not know the format.
    """
    text = _dot(_picture(caffe_net, rankdir, True, phase, display_lrm))
    return text.encode() if ext in TEXTS else render(text, ext)


def draw_net_to_file(
    caffe_net: NetParameter,
    filename: str | PathLike[str],
    rankdir: str = "LR",
    phase: int | None = None,
    display_lrm: bool = False,
) -> None:
    """A net (a NetParameter) as a picture in a file, whose suffix says what to write (.raw is Graphviz's text)."""
    ext = Path(filename).suffix[1:].lower()
    if not ext:
        raise PrototxtError(
            f"{fspath(filename)}: the suffix says what to draw, such as .png, .svg, .pdf or .dot"
        )
    data = draw_net(caffe_net, rankdir, ext, phase, display_lrm)
    with whole_file(filename) as file:
        file.write(data)
