"""The ledger of a value in a net: one forward that keeps what it needs, and the engine's own value beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from prototxt.blobs import Array, format_shape
from prototxt.errors import InputError, LayerError
from prototxt.explain.breakdown.layers.pooling import drawn
from prototxt.explain.breakdown.model import Breakdown, Group, Place, Term
from prototxt.explain.breakdown.query import Query
from prototxt.explain.breakdown.table import LEDGERS, WITHOUT
from prototxt.graph.context import find_layer, of_class
from prototxt.graph.graph import BlobId, Graph, Node, located_at
from prototxt.graph.subgraph import part
from prototxt.graph.versions import find_blob
from prototxt.layers.base import Layer
from prototxt.layers.pooling import Pooling
from prototxt.net import Net

MOST = 3
"""As many of the largest terms are followed into the layer before."""


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """A term of a ledger and what it is made of itself.

    `ledger` is that of the layer that made it; where there is none, `why` says so.
    """

    bottom: str
    term: Term
    ledger: Breakdown | None
    why: str
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """The blobs around a layer, as one forward left them, and the learned arrays, both by number of the layer.

    `before` holds the layers that remember something from forward to forward as they were before this one.
    """

    graph: Graph
    node: Node
    blobs: Mapping[BlobId, Array]
    params: Mapping[int, tuple[Array, ...]]
    before: Mapping[int, Layer] = field(default_factory=dict)

    def ledger(self, at: Sequence[int], top: int = 0) -> Breakdown:
        """How the layer makes the value at `at` of its top number `top`.

        Raises InputError for a top or a place that it does not have, LayerError where it has no ledger.
        """
        if not 0 <= top < len(self.node.tops):
            raise _no_top(self.graph, self.node, top)
        return self._ledger(self.node, tuple(at), top)

    def _ledger(self, node: Node, at: Place, top: int) -> Breakdown:
        answer = of_class(LEDGERS, node.layer)
        if answer is None:
            raise _no_ledger(self.graph, node)
        made = self.blobs[node.tops[top]]
        _check_place(self.graph, node.tops[top], at, made.shape)
        query = Query(
            shown(self.graph, node.tops[top]),
            at,
            top,
            made.shape,
            tuple(self.blobs[blob] for blob in node.bottoms),
            tuple(shown(self.graph, blob) for blob in node.bottoms),
            self.params[node.index],
        )
        # What overflows is infinite or NaN here too.
        with np.errstate(all="ignore"), located_at(node):
            account = answer(self.before.get(node.index, node.layer), query)
        running = account.running
        return Breakdown(
            node.name,
            node.type,
            shown(self.graph, node.tops[top]),
            at,
            account.formula,
            account.groups,
            tuple(running.steps),
            running.value,
            float(made[at]),
            running.size,
        )

    def follow(self, ledger: Breakdown, depth: int, most: int = MOST) -> tuple[Branch, ...]:
        """The `most` largest terms of a ledger and what those are made of, `depth` - 1 layers up."""
        if depth <= 1:
            return ()
        return tuple(self._branch(group, term, depth - 1, most) for group, term in largest(ledger, most))

    def _branch(self, group: Group, term: Term, depth: int, most: int) -> Branch:
        blob = find_blob(self.graph, group.bottom)
        node = _maker(self.graph, blob)
        why = _why_not(node)
        if node is None or why:
            return Branch(group.bottom, term, None, why, ())
        try:
            ledger = self._ledger(node, term.at or (), node.tops.index(blob))
        except LayerError as error:
            return Branch(group.bottom, term, None, error.what, ())
        return Branch(group.bottom, term, ledger, "", self.follow(ledger, depth, most))


def run_for(net: Net, layer: str, depth: int = 1, feeds: Mapping[str, ArrayLike] | None = None) -> Values:
    """Runs the net up to this layer, and keeps what ledgers of it and of the `depth` - 1 layers before it need.

    Inputs that `feeds` does not name keep the values in their blobs. Every blob is there in the version that a layer
    read or made: where a layer works in place, as it was before.

    Raises InputError for a layer that the net does not have, and for feeds that do not fit.
    """
    find_layer(net.graph, layer)
    if feeds:
        net.reshape(**{name: np.shape(array) for name, array in feeds.items()})
    graph = net.graph
    nodes = _around(graph, find_layer(graph, layer), depth)
    needed = {blob for node in nodes.values() for blob in (*node.bottoms, *node.tops)}
    read = {blob.name for blob in part(graph, None, layer).entries}
    given = {name: array for name, array in (feeds or {}).items() if name in read}
    before = {i: copy(node.layer) for i, node in nodes.items() if node.layer.stateful}
    net.forward(given, end=layer, keep=sorted(map(str, needed)))
    left = net.blobs
    blobs = {blob: left[str(blob) if str(blob) in left else blob.name].data for blob in needed}
    params = {i: tuple(param.data for param in net.params_of(node)) for i, node in nodes.items()}
    return Values(graph, find_layer(graph, layer), blobs, params, before)


def explain_value(net: Net, layer: str, at: Sequence[int], top: int = 0) -> Breakdown:
    """How the net makes one value: `explain_value(net, "conv2", (0, 17, 3, 4))`; inputs stay as they are.

    Raises InputError for a layer, a top or a place that is not there, LayerError for a layer without a ledger.
    """
    return run_for(net, layer).ledger(at, top)


def follow(net: Net, ledger: Breakdown, depth: int, most: int = MOST) -> tuple[Branch, ...]:
    """What the `most` largest terms of a ledger are made of themselves, `depth` - 1 layers up."""
    return run_for(net, ledger.layer, depth).follow(ledger, depth, most)


def largest(ledger: Breakdown, most: int) -> list[tuple[Group, Term]]:
    """The terms that add most to the value, those on the side and in the padding left out."""
    own = [group for group in ledger.groups if not group.side]
    found = [(group, group.term(i)) for group in own for i in group.largest(most)]
    inside = [(group, term) for group, term in found if term.at is not None]
    return sorted(inside, key=lambda pair: -abs(pair[1].part))[:most]


def shown(graph: Graph, blob: BlobId) -> str:
    """A blob as people write it: by its name, or its version where layers write it in place later."""
    return blob.name if graph.last[blob.name] == blob else str(blob)


def _around(graph: Graph, node: Node, depth: int) -> dict[int, Node]:
    """The layer and those of the `depth` - 1 layers before it, by index."""
    nodes = {node.index: node}
    if depth > 1:
        for blob in node.bottoms:
            maker = _maker(graph, blob)
            nodes |= _around(graph, maker, depth - 1) if maker is not None else {}
    return nodes


def _maker(graph: Graph, blob: BlobId) -> Node | None:
    return next((node for node in graph.nodes if blob in node.tops), None)


def _why_not(node: Node | None) -> str:
    """Why what a layer makes cannot be followed; nothing where it can."""
    if node is None or node.layer.is_input:
        return "an input of the net"
    return "" if of_class(LEDGERS, node.layer) else f"made by {node.name} ({node.type}), which has no ledger"


def why_no_ledger(node: Node) -> str:
    """Why nobody can say what one of a layer's values is made of; nothing where its ledger does."""
    if of_class(LEDGERS, node.layer):
        return drawn(node.layer) if isinstance(node.layer, Pooling) else ""
    if not node.bottoms:
        return f"{'an input of the net is' if node.layer.is_input else 'its values are read or drawn,'} made of nothing"
    return of_class(WITHOUT, node.layer) or "nothing here can say what one of its values is made of"


def _no_ledger(graph: Graph, node: Node) -> InputError:
    what = f'{graph.file}: layer "{node.name}" ({node.type}): {why_no_ledger(node)}'
    if not node.bottoms:
        readers = [reader.name for reader in graph.nodes if set(reader.bottoms) & set(node.tops)]
        return InputError(what, hint=f'ask what is made of it: "{readers[0]}" reads it' if readers else None)
    makers = [maker for blob in node.bottoms if (maker := _maker(graph, blob)) and maker.bottoms]
    query = ", ".join(f'"{maker.name}"' for maker in dict.fromkeys(makers))
    return InputError(what, hint=f"ask for a value that it reads: one of {query}" if query else None)


def _no_top(graph: Graph, node: Node, top: int) -> InputError:
    whose = f'{graph.file}: layer "{node.name}"'
    if not node.tops:
        return InputError(f"{whose} makes nothing: {node.type} has no tops")
    names = ", ".join(f'{i} is "{blob.name}"' for i, blob in enumerate(node.tops))
    return InputError(f"{whose} has no top {top}; its tops: {names}")


def _check_place(graph: Graph, blob: BlobId, at: Place, shape: tuple[int, ...]) -> None:
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


def walk(branches: Sequence[Branch]) -> Iterator[Branch]:
    """Every branch of a tree."""
    for branch in branches:
        yield branch
        yield from walk(branch.branches)
