"""The receptive field of each layer in one word, for tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prototxt.blobs import Shape
from prototxt.explain.sections.receptive_field.fields import receptive_fields
from prototxt.explain.sections.receptive_field.model import ReceptiveField
from prototxt.graph.graph import Graph
from prototxt.views.numbers import times

__all__ = ["FieldLabel", "field_labels"]


@dataclass(frozen=True, slots=True)
class FieldLabel:
    """The field of a layer's first top, and the spatial size of the input that it lies in."""

    field: ReceptiveField
    image: Shape

    @property
    def size(self) -> str:
        """`11x11`, `to 13x13` where values differ, or `all`."""
        if self.field.covers(self.image):
            return "all"
        size = times(axis.size for axis in self.field.axes)
        return size if self.field.aligned else f"to {size}"

    @property
    def step(self) -> str:
        """The pixels of the input from one value to the next; empty where there is no grid."""
        if not self.field.aligned or all(axis.length == 1 for axis in self.field.axes):
            return ""
        return "x".join(dict.fromkeys(f"{float(axis.jump):.3g}" for axis in self.field.axes))


def field_labels(graph: Graph) -> Mapping[int, FieldLabel]:
    """The labels by a layer's index, of the layers whose field is known."""
    fields = receptive_fields(graph)
    return {
        node.index: FieldLabel(field, graph.shapes[field.root][2:])
        for node in graph.nodes
        if node.tops and (field := fields.get(node.tops[0])) is not None and field.axes
    }
