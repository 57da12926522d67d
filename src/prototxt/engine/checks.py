"""The check before a layer runs whose bottoms have other shapes than the graph says."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, format_shape
from prototxt.errors import LayerError
from prototxt.graph.graph import Graph, Node, located_at

__all__ = ["check_changed"]


def check_changed(graph: Graph, node: Node, bottom: Sequence[Array]) -> None:
    """Check a layer after a Filter, whose bottoms may have fewer items than the graph says.

    Raises LayerError, with file, line and layer, for shapes that `node` cannot take.
    """
    shapes = [x.shape for x in bottom]
    if shapes == graph.bottom_shapes(node):
        return
    with located_at(node):
        node.layer.shapes(shapes)
        for slot, (needed, ref) in enumerate(zip(node.layer.params(shapes), node.params, strict=True)):
            if needed.shape != ref.shape:
                what = (
                    f"parameter {slot} is {format_shape(ref.shape)}, {format_shape(shapes[0])} would need "
                    f"{format_shape(needed.shape)}"
                )
                raise LayerError(what, field="bottom")
