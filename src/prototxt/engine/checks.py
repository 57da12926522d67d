"""What both engines ask before a layer runs: whether it can take bottoms whose shapes values have changed."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, format_shape
from prototxt.errors import LayerError
from prototxt.graph.graph import Graph, Node, located_at


def check_changed(graph: Graph, node: Node, bottom: Sequence[Array]) -> None:
    """For a layer behind a Filter, whose bottoms may have fewer items than the graph foretells.

    Raises LayerError, with file, line and layer, for shapes that `node` cannot take.
    """
    shapes = [x.shape for x in bottom]
    if shapes == graph.bottom_shapes(node):
        return
    with located_at(node):
        node.layer.shapes(shapes)
        for slot, (now, made) in enumerate(zip(node.layer.params(shapes), node.params, strict=True)):
            if now.shape != made.shape:
                what = (
                    f"parameter {slot} is {format_shape(made.shape)}, {format_shape(shapes[0])} would need "
                    f"{format_shape(now.shape)}"
                )
                raise LayerError(what, field="bottom")
