"""How much of the input each layer's values see, in a word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prototxt.blobs import Shape
from prototxt.explain.sections.receptive_field import Field, fields
from prototxt.graph.graph import Graph
from prototxt.views.words import times


@dataclass(frozen=True, slots=True)
class Seen:
    """The field of a layer's first top, and the size of the input that it lies in."""

    field: Field
    image: Shape

    @property
    def size(self) -> str:
        """`11x11`, `to 13x13` where values differ, or `all`."""
        if self.field.whole(self.image):
            return "all"
        size = times(axis.size for axis in self.field.axes)
        return size if self.field.aligned else f"to {size}"

    @property
    def step(self) -> str:
        """How many pixels of the input lie between two values next to each other; empty where that is not told."""
        if not self.field.aligned or all(axis.units == 1 for axis in self.field.axes):
            return ""
        return "x".join(dict.fromkeys(f"{float(axis.jump):.3g}" for axis in self.field.axes))


def seen(graph: Graph) -> Mapping[int, Seen]:
    """By a layer's index; layers of whose field nothing is told are not there."""
    told = fields(graph)
    return {
        node.index: Seen(field, graph.shapes[field.root][2:])
        for node in graph.nodes
        if node.tops and (field := told.get(node.tops[0])) is not None and field.axes
    }
