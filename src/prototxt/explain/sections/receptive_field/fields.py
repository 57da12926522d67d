"""The receptive fields of all blobs of a graph."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from prototxt.errors import printable
from prototxt.explain.sections.receptive_field.model import ReceptiveField, field_of_root
from prototxt.explain.sections.receptive_field.rule import Inputs, receptive_field, whole_image
from prototxt.graph.context import LayerContext
from prototxt.graph.graph import BlobId, Graph
from prototxt.layers.parameter import Parameter
from prototxt.util.modules import import_submodules

__all__ = ["receptive_fields", "why_unknown"]

import_submodules("prototxt.explain.sections.receptive_field.rules")


@lru_cache(2)
def receptive_fields(graph: Graph) -> Mapping[BlobId, ReceptiveField]:
    """The receptive field of every blob for which it is known, computed once per graph."""
    known: dict[BlobId, ReceptiveField] = {}
    for node in graph.nodes:
        context = LayerContext(graph, node)
        for top in node.tops:
            shape = graph.shapes.get(top)
            if shape is None:
                continue
            if not node.bottoms:
                known[top] = field_of_root(top, () if isinstance(node.layer, Parameter) else shape)
            elif known.keys() >= set(node.bottoms):
                inputs = Inputs(context, tuple(known[blob] for blob in node.bottoms), shape)
                field = whole_image(inputs) if node.layer.loss else receptive_field(node.layer, inputs)
                known.update({top: field} if field else {})
    return known


def why_unknown(graph: Graph, blob: BlobId) -> str:
    """The reason why a blob's field is unknown: the first layer on the way that has no rule."""
    known = receptive_fields(graph)
    while True:
        node = next(node for node in graph.nodes if blob in node.tops)
        unknown = [bottom for bottom in node.bottoms if bottom not in known]
        if not unknown:
            return printable(f'the receptive field through "{node.name}" ({node.type}) is unknown')
        blob = unknown[0]
