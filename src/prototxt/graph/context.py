"""A layer where it stands in its net: all that a section is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from prototxt.blobs import Shape
from prototxt.errors import InputError, did_you_mean
from prototxt.graph.graph import BlobId, Graph, Node
from prototxt.layers.base import Layer
from prototxt.layers.unknown import Unknown

T = TypeVar("T")


@dataclass(frozen=True)
class LayerContext:
    """A node of a graph whose shapes are known."""

    graph: Graph
    node: Node

    @property
    def layer(self) -> Layer:
        return self.node.layer

    @cached_property
    def bottom(self) -> list[Shape]:
        return self.graph.bottom_shapes(self.node)

    @cached_property
    def top(self) -> list[Shape]:
        return self.graph.top_shapes(self.node)

    def per_image(self, number: int) -> int:
        """A count over the whole batch as a count per image."""
        return number // (self.graph.images or 1)


def is_known(graph: Graph, node: Node) -> bool:
    """Whether the layer can be run and no shape around it depends on one that nothing here can."""
    return not isinstance(node.layer, Unknown) and graph.shapes.keys() >= {*node.bottoms, *node.tops}


def of_class(table: Mapping[type[Layer], T], layer: Layer) -> T | None:
    """A layer's row in a table by class; a class without a row of its own has its base's."""
    return next((table[kind] for kind in type(layer).__mro__ if kind in table), None)


def namesakes(graph: Graph, node: Node) -> str:
    """That others have this layer's name, of which it is the first to be found; nothing where none has."""
    number = sum(other.name == node.name for other in graph.nodes)
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
