"""A layer in its net: the layer, its shapes and its window, as explanations and exports need them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from prototxt.blobs import Shape
from prototxt.errors import InputError, did_you_mean
from prototxt.graph.graph import BlobId, Graph, Node
from prototxt.layers.base import Layer
from prototxt.layers.common.window import Axis
from prototxt.layers.unknown import Unknown

__all__ = ["LayerContext", "find_layer", "is_known", "namesakes"]


@dataclass(frozen=True)
class LayerContext:
    """A node of a graph whose shapes are known."""

    graph: Graph
    node: Node

    @property
    def layer(self) -> Layer:
        """The node's layer."""
        return self.node.layer

    @cached_property
    def bottom(self) -> list[Shape]:
        """The shapes of the bottoms."""
        return self.graph.bottom_shapes(self.node)

    @cached_property
    def top(self) -> list[Shape]:
        """The shapes of the tops."""
        return self.graph.top_shapes(self.node)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The layer's window along each spatial axis; empty for layers without one."""
        return self.node.window.axes if self.node.window else ()

    def per_image(self, number: int) -> int:
        """A count over the whole batch as a count per image."""
        return number // (self.graph.images or 1)


def is_known(graph: Graph, node: Node) -> bool:
    """Whether the layer is implemented and all shapes around it are known."""
    return not isinstance(node.layer, Unknown) and graph.shapes.keys() >= {*node.bottoms, *node.tops}


def namesakes(graph: Graph, node: Node) -> str:
    """A remark where several layers have this layer's name, of which it is the first; else empty."""
    number = graph.layer_names[node.name]
    return f'{number} layers are called "{node.name}": this is the first of them' if number > 1 else ""


def find_layer(graph: Graph, name: str) -> Node:
    """The first layer of this name.

    Raises InputError for a name that the net does not have, with the layer that makes a blob of this name.
    """
    for node in graph.nodes:
        if node.name == name:
            return node
    makers = [node.name for node in graph.nodes if BlobId(name) in node.tops]
    hint = f'blob "{name}" is made by layer "{makers[0]}"' if makers else None
    names = [node.name for node in graph.nodes]
    raise InputError(f'{graph.file}: the net has no layer "{name}"', hint=hint or did_you_mean(name, names))
