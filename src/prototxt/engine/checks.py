"""What both engines ask before a layer runs: whether it can take bottoms whose shapes values have changed."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.errors import LayerError
from prototxt.graph.wiring import Graph, Node, located_at
from prototxt.layers.base import Array, show


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
                    f"parameter {slot} is {show(made.shape)}, {show(shapes[0])} would need {show(now.shape)}"
                )
                raise LayerError(what, field="bottom")
