"""The layers of a net that an export needs: those that its outputs depend on."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.errors import InputError
from prototxt.graph.graph import BlobId, Graph, Node
from prototxt.graph.subgraph import of_nodes
from prototxt.graph.versions import no_such_blob
from prototxt.layers.accuracy import Accuracy
from prototxt.layers.dummy_data import DummyData
from prototxt.layers.parameter import Parameter
from prototxt.layers.silence import Silence

__all__ = ["is_source", "needed"]


def is_source(node: Node) -> bool:
    """Whether a layer gives what the caller gives to an exported net: an Input, or any layer that reads files."""
    return not node.bottoms and not isinstance(node.layer, (Parameter, DummyData))


def needed(graph: Graph, outputs: Sequence[str] | None, *, keep_losses: bool) -> Graph:
    """The part of a graph that these blobs depend on, with them as its outputs.

    Without names the outputs are the graph's own; of losses and accuracies, which need labels, what they score.

    Raises InputError for a blob that the graph does not have, and where nothing is left.
    """
    ends = _own_outputs(graph, keep_losses) if outputs is None else _named(graph, outputs)
    wanted = set(ends)
    nodes: list[Node] = []
    for node in reversed(graph.nodes):
        if wanted & set(node.tops):
            nodes.append(node)
            wanted |= set(node.bottoms)
    nodes.reverse()
    if not ends or all(is_source(node) for node in nodes):
        raise InputError(
            f"{graph.file}: no layer is left to write", hint="name the blobs to write with outputs"
        )
    return of_nodes(graph, nodes, [blob.name for blob in ends])


def _named(graph: Graph, names: Sequence[str]) -> list[BlobId]:
    for name in names:
        if name not in graph.last:
            raise no_such_blob(graph, name, graph.last)
    return [graph.last[name] for name in dict.fromkeys(names)]


def _own_outputs(graph: Graph, keep_losses: bool) -> list[BlobId]:
    nodes = [node for node in graph.nodes if not _is_left_out(node, keep_losses)]
    read = {bottom for node in nodes for bottom in node.bottoms}
    last = {top.name: top for node in nodes if not is_source(node) for top in node.tops}
    return sorted(top for top in last.values() if top not in read)


def _is_left_out(node: Node, keep_losses: bool) -> bool:
    is_score = node.layer.loss or isinstance(node.layer, Accuracy)
    return isinstance(node.layer, Silence) or (is_score and not keep_losses)
