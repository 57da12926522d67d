"""A part of a net: the layers from one to another, as a graph of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from prototxt.errors import InputError, did_you_mean
from prototxt.graph.graph import Graph, Node

__all__ = ["LayerName", "of_nodes", "part"]

LayerName = str | int
"""A layer by its name, the first of several that share it, or by its number in the net."""


def part(graph: Graph, start: LayerName | None, end: LayerName | None) -> Graph:
    """The layers from `start` to `end`, both included, in the file's order; None means the net's own first or last.

    Nodes keep their index. Its `entries` are the blobs that earlier layers would have written; its outputs are the
    tops of `end`, or without one the net's own as far as layers of this part write them.

    Raises InputError for a layer the net does not have, or an end before its start.
    """
    if start is None and end is None:
        return graph
    first = 0 if start is None else _index(graph, start)
    last = len(graph.nodes) - 1 if end is None else _index(graph, end)
    if first > last:
        raise InputError(
            f'{graph.file}: layer "{graph.nodes[last].name}" comes before layer "{graph.nodes[first].name}": '
            "nothing lies between them"
        )
    nodes = graph.nodes[first : last + 1]
    written = {top.name for node in nodes for top in node.tops}
    ends = (
        [top.name for top in nodes[-1].tops]
        if end is not None
        else [n for n in graph.outputs if n in written]
    )
    return of_nodes(graph, nodes, ends)


def of_nodes(graph: Graph, nodes: Sequence[Node], outputs: Iterable[str]) -> Graph:
    """Some layers of a graph, in their order, as a graph of their own with these outputs; nodes keep their index."""
    touched = {blob for node in nodes for blob in (*node.bottoms, *node.tops)}
    written = {top.name for node in nodes for top in node.tops}
    return replace(
        graph,
        nodes=tuple(nodes),
        shapes={blob: shape for blob, shape in graph.shapes.items() if blob in touched},
        inputs=tuple(name for name in graph.inputs if name in written),
        outputs=tuple(dict.fromkeys(outputs)),
    )


def _index(graph: Graph, layer: LayerName) -> int:
    if isinstance(layer, int):
        return layer
    names = [node.name for node in graph.nodes]
    if layer not in names:
        what = f'{graph.file}: the net has no layer "{layer}"'
        raise InputError(what, hint=did_you_mean(layer, names))
    return names.index(layer)
