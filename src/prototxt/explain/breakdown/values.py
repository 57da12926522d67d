"""The breakdown of a value in a net: one forward that keeps what it needs, compared with the engine's own value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from prototxt.blobs import Array, Shape, format_shape
from prototxt.errors import InputError, LayerError
from prototxt.explain.breakdown.model import Breakdown, Group, Place, Term
from prototxt.explain.breakdown.query import Query
from prototxt.explain.breakdown.rules import break_down, has_rule, reason_against
from prototxt.graph.context import find_layer
from prototxt.graph.graph import BlobId, Graph, Node, located_at
from prototxt.graph.subgraph import part
from prototxt.graph.versions import find_blob
from prototxt.layers.base import Layer
from prototxt.net import Net

__all__ = [
    "MAX_FOLLOWED",
    "Branch",
    "Values",
    "blob_name",
    "explain_value",
    "follow",
    "largest",
    "run_for",
    "walk",
    "why_no_breakdown",
]

MAX_FOLLOWED = 3
"""The number of largest terms that are followed into the layer before."""


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """A term of a breakdown, and its own breakdown.

    `breakdown` is that of the layer that produced the term; it is None where there is none, and `why` gives the reason.
    """

    bottom: str
    term: Term
    breakdown: Breakdown | None
    why: str
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """The blobs around a layer after one forward, and the learned arrays by the index of their layer.

    `before` holds copies of the stateful layers, by index, as they were before that forward.
    """

    graph: Graph
    node: Node
    blobs: Mapping[BlobId, Array]
    params: Mapping[int, tuple[Array, ...]]
    before: Mapping[int, Layer] = field(default_factory=dict)

    def breakdown(self, at: Sequence[int], top: int = 0) -> Breakdown:
        """Break down the value at `at` of the layer's top number `top`.

        Raises InputError for a top or a place that does not exist and for a layer type without a rule, LayerError
        where no sum produces the value.
        """
        if not 0 <= top < len(self.node.tops):
            raise _no_top(self.graph, self.node, top)
        return self._breakdown(self.node, tuple(at), top)

    def _breakdown(self, node: Node, at: Place, top: int) -> Breakdown:
        if not has_rule(type(node.layer)):
            raise _no_breakdown(self.graph, node)
        blob = node.tops[top]
        values = self.blobs[blob]
        _check_place(self.graph, blob, at, values.shape)
        query = Query(
            blob_name(self.graph, blob),
            at,
            top,
            values.shape,
            tuple(self.blobs[bottom] for bottom in node.bottoms),
            tuple(blob_name(self.graph, bottom) for bottom in node.bottoms),
            self.params[node.index],
        )
        # An overflow gives infinity or NaN here as it does in the engine.
        with np.errstate(all="ignore"), located_at(node):
            result = break_down(self.before.get(node.index, node.layer), query)
        running = result.running
        return Breakdown(
            node.name,
            node.type,
            query.blob,
            at,
            result.formula,
            result.groups,
            tuple(running.steps),
            running.value,
            float(values[at]),
            running.size,
        )

    def follow(self, breakdown: Breakdown, depth: int, limit: int = MAX_FOLLOWED) -> tuple[Branch, ...]:
        """The `limit` largest terms of a breakdown and their own breakdowns, up to `depth` - 1 layers before."""
        if depth <= 1:
            return ()
        return tuple(self._branch(group, term, depth - 1, limit) for group, term in largest(breakdown, limit))

    def _branch(self, group: Group, term: Term, depth: int, limit: int) -> Branch:
        blob = find_blob(self.graph, group.bottom)
        node = _producer(self.graph, blob)
        why = _why_not_followed(node)
        if node is None or why:
            return Branch(group.bottom, term, None, why, ())
        try:
            breakdown = self._breakdown(node, term.at or (), node.tops.index(blob))
        except LayerError as error:
            return Branch(group.bottom, term, None, error.what, ())
        return Branch(group.bottom, term, breakdown, "", self.follow(breakdown, depth, limit))


def run_for(net: Net, layer: str, depth: int = 1, feeds: Mapping[str, ArrayLike] | None = None) -> Values:
    """Run the net up to this layer and keep the values for breakdowns of it and of `depth` - 1 layers before it.

    Inputs that `feeds` does not name keep the values in their blobs. Every blob is kept in the version that a layer
    read or wrote: where a layer works in place, as it was before.

    Raises InputError for a layer that the net does not have, and for feeds that do not fit.
    """
    find_layer(net.graph, layer)
    if feeds:
        net.reshape(**{name: np.shape(array) for name, array in feeds.items()})
    graph = net.graph
    nodes = _upstream(graph, find_layer(graph, layer), depth)
    needed = {blob for node in nodes.values() for blob in (*node.bottoms, *node.tops)}
    read = {blob.name for blob in part(graph, None, layer).entries}
    inputs = {name: array for name, array in (feeds or {}).items() if name in read}
    before = {i: copy(node.layer) for i, node in nodes.items() if node.layer.stateful}
    net.forward(inputs, end=layer, keep=sorted(map(str, needed)))
    kept = net.blobs
    blobs = {blob: kept[str(blob) if str(blob) in kept else blob.name].data for blob in needed}
    params = {i: tuple(param.data for param in net.params_of(node)) for i, node in nodes.items()}
    return Values(graph, find_layer(graph, layer), blobs, params, before)


def explain_value(net: Net, layer: str, at: Sequence[int], top: int = 0) -> Breakdown:
    """Break one value down: `explain_value(net, "conv2", (0, 17, 3, 4))`; the inputs stay as they are.

    `at` is the place in the layer's top number `top`, one index per axis.

    Raises InputError for a layer, a top or a place that does not exist and for a layer type without a rule, LayerError
    where no sum produces the value.
    """
    return run_for(net, layer).breakdown(at, top)


def follow(net: Net, breakdown: Breakdown, depth: int, limit: int = MAX_FOLLOWED) -> tuple[Branch, ...]:
    """Break down the `limit` largest terms of a breakdown in turn, up to `depth` - 1 layers before."""
    return run_for(net, breakdown.layer, depth).follow(breakdown, depth, limit)


def largest(breakdown: Breakdown, limit: int) -> list[tuple[Group, Term]]:
    """The `limit` terms with the largest contributions; auxiliary terms and padding are left out."""
    groups = [group for group in breakdown.groups if not group.auxiliary]
    terms = [(group, group.term(i)) for group in groups for i in group.largest(limit)]
    inside = [(group, term) for group, term in terms if term.at is not None]
    return sorted(inside, key=lambda pair: -abs(pair[1].part))[:limit]


def blob_name(graph: Graph, blob: BlobId) -> str:
    """A blob's name, or its version where a later layer writes it in place: `conv1@0`."""
    return blob.name if graph.last[blob.name] == blob else str(blob)


def why_no_breakdown(node: Node) -> str:
    """The reason why the values of a layer cannot be broken down; empty where they can."""
    if not has_rule(type(node.layer)) and not node.bottoms:
        if node.layer.is_input:
            return "an input of the net has no terms"
        return "its values are read or drawn at random: they have no terms"
    return reason_against(node.layer)


def walk(branches: Sequence[Branch]) -> Iterator[Branch]:
    """Every branch of a tree."""
    for branch in branches:
        yield branch
        yield from walk(branch.branches)


def _upstream(graph: Graph, node: Node, depth: int) -> dict[int, Node]:
    """The layer and those of the `depth` - 1 layers before it, by index."""
    nodes = {node.index: node}
    if depth > 1:
        for blob in node.bottoms:
            producer = _producer(graph, blob)
            nodes |= _upstream(graph, producer, depth - 1) if producer is not None else {}
    return nodes


def _producer(graph: Graph, blob: BlobId) -> Node | None:
    return next((node for node in graph.nodes if blob in node.tops), None)


def _why_not_followed(node: Node | None) -> str:
    """The reason why the output of a layer cannot be followed; empty where it can."""
    if node is None or node.layer.is_input:
        return "an input of the net"
    if has_rule(type(node.layer)):
        return ""
    return f"computed by {node.name} ({node.type}), which has no breakdown"


def _no_breakdown(graph: Graph, node: Node) -> InputError:
    what = f'{graph.file}: layer "{node.name}" ({node.type}): {why_no_breakdown(node)}'
    if not node.bottoms:
        readers = [reader.name for reader in graph.readers(*node.tops)]
        return InputError(what, hint=f'explain a layer that reads it: "{readers[0]}"' if readers else None)
    candidates = [_producer(graph, blob) for blob in node.bottoms]
    producers = dict.fromkeys(producer.name for producer in candidates if producer and producer.bottoms)
    names = ", ".join(f'"{name}"' for name in producers)
    return InputError(what, hint=f"explain a layer that it reads: one of {names}" if names else None)


def _no_top(graph: Graph, node: Node, top: int) -> InputError:
    subject = f'{graph.file}: layer "{node.name}"'
    if not node.tops:
        return InputError(f"{subject} has no values: {node.type} has no tops")
    names = ", ".join(f'{i} is "{blob.name}"' for i, blob in enumerate(node.tops))
    return InputError(f"{subject} has no top {top}; its tops: {names}")


def _check_place(graph: Graph, blob: BlobId, at: Place, shape: Shape) -> None:
    if len(at) == len(shape) and all(0 <= place < size for place, size in zip(at, shape, strict=True)):
        return
    what = f"it has no value at {','.join(map(str, at))}" if at else "no place in it is given"
    last = ",".join(str(size - 1) for size in shape)
    hint = f"places go from {','.join('0' * len(shape))} to {last}"
    if not shape:
        hint = 'it is a single number without axes: --at ""'
    elif 0 in shape:
        hint = "it is empty for this input; an --image may give it values"
    raise InputError(f'{graph.file}: "{blob.name}" is {format_shape(shape)}: {what}', hint=hint)
