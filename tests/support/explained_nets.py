"""Small nets and what is said of their layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prototxt.explain.sections.layer import explain_layer
from prototxt.explain.sections.section import Line, Section
from prototxt.frontend.load import Options, define_net, load_graph, make_graph
from prototxt.graph.context import LayerContext, find_layer
from prototxt.graph.graph import Graph
from support.golden import ROOT, SHARED

LENET, ALEXNET = ROOT / "examples" / "lenet.prototxt", ROOT / "examples" / "alexnet.prototxt"
CORPUS = SHARED / "corpus"


def graph_of(*layers: str, data: Sequence[int] = (1, 3, 28, 32)) -> Graph:
    """A net of an input "data" and these layers; `%` in one stands for `bottom: "data" top: "y"`."""
    dims = " ".join(f"dim: {n}" for n in data)
    text = f'layer {{ name: "data" type: "Input" top: "data" input_param {{ shape {{ {dims} }} }} }}\n'
    text += "\n".join(one.replace("%", 'bottom: "data" top: "y"') for one in layers)
    return make_graph(define_net(text, "net.prototxt"), Options())


def look_at(graph: Graph, name: str) -> LayerContext:
    return LayerContext(graph, find_layer(graph, name))


def sections_of(path: Any, name: str) -> dict[str, Section]:
    graph = path if isinstance(path, Graph) else load_graph(path)
    return {section.key: section for section in explain_layer(graph, find_layer(graph, name))}


def line(section: Section, label: str) -> Line:
    return next(one for one in section.lines if one.label == label)


def conv(param: str, name: str = "y", bottom: str = "data", kind: str = "Convolution") -> str:
    return f'layer {{ name: "{name}" type: "{kind}" bottom: "{bottom}" top: "{name}" convolution_param {{ {param} }} }}'


def pool(param: str, name: str = "y", bottom: str = "data") -> str:
    return f'layer {{ name: "{name}" type: "Pooling" bottom: "{bottom}" top: "{name}" pooling_param {{ {param} }} }}'
