"""The fastest kernel for a layer, measured in the net itself, between its neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean
from time import perf_counter

import numpy as np

from prototxt.blobs import Array, Shape
from prototxt.engine.packed_weights import PackedWeightsCache
from prototxt.engine.session import Session
from prototxt.engine.watch import Watcher
from prototxt.graph.graph import BlobId, Graph, Node
from prototxt.kernels.layout import copy
from prototxt.layers.base import Layer
from prototxt.plan.choose_kernel import Choose, candidates
from prototxt.plan.kernel import Kernel
from prototxt.plan.plan import make_plan
from prototxt.plan.tuned import FastestKernels, choose_tuned, tuning_key
from prototxt.util.limits import check_fits
from prototxt.weights.params import Params

__all__ = ["Measured", "measure"]

SECONDS = 5.0
"""About how long is measured, if that makes at least MIN_FORWARDS of each kind and at most MAX_FORWARDS."""

MIN_FORWARDS, MAX_FORWARDS = 3, 30

CLEAR_SHARE = 0.95
"""A kernel replaces the expected one where it takes less than this share of its time."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The measured times of every kernel that can run one kind of layer.

    Attributes:
        layer: the name of the first of the net's layers of this kind.
        geometry: what all layers of this kind have in common, from `tuning_key`.
        seconds: the shortest time of each kernel by its name, the mean over the layers of this kind; the kernel that
            was expected to be fastest comes first.
    """

    layer: str
    geometry: str
    seconds: Mapping[str, float]

    @property
    def expected(self) -> str:
        """The kernel with the shortest estimated time."""
        return next(iter(self.seconds))

    @property
    def chosen(self) -> str:
        """The fastest, where that is clear; else the expected one."""
        fastest = min(self.seconds, key=lambda name: self.seconds[name])
        clear = self.seconds[fastest] < CLEAR_SHARE * self.seconds[self.expected]
        return fastest if clear else self.expected


def measure(graph: Graph, params: Params, threads: int, known: FastestKernels) -> tuple[Measured, ...]:
    """Measure the layers that more than one kernel can run and whose geometry is not `known`, each geometry once.

    Layers without kernels (those that read data, write files, are stateful, run the net's own code ...) do not run:
    their tops hold noise. Raises InputError for more memory than the machine has.
    """
    ours = _by_kernels(graph)
    open_nodes = {node.index: name for node in ours.nodes if (name := _open(ours, node, known))}
    if not open_nodes:
        return ()
    geometries = frozenset(open_nodes.values())
    ranks = max(len(candidates(n.layer, ours.bottom_shapes(n))) for n in ours.nodes if n.index in open_nodes)
    packed = PackedWeightsCache()
    plans = [make_plan(ours, _unread(ours), _variant(rank, geometries, known)) for rank in range(ranks)]
    check_fits(sum(plan.peak_bytes for plan in plans), f"{graph.file}: measuring its kernels")
    sessions = [Session(plan, params, packed, threads) for plan in plans]
    best = _best(sessions)
    return tuple(_measured(ours, name, open_nodes, best) for name in dict.fromkeys(open_nodes.values()))


def _by_kernels(graph: Graph) -> Graph:
    """The layers that kernels run, which have no effect besides their tops."""
    nodes = tuple(node for node in graph.nodes if _has_kernel(node.layer, graph.bottom_shapes(node)))
    touched = {blob for node in nodes for blob in (*node.bottoms, *node.tops)}
    shapes = {blob: shape for blob, shape in graph.shapes.items() if blob in touched}
    return replace(graph, nodes=nodes, shapes=shapes, inputs=(), outputs=())


def _has_kernel(layer: Layer, bottom: list[Shape]) -> bool:
    return not layer.is_input and not layer.data_dependent and bool(candidates(layer, bottom))


def _unread(graph: Graph) -> frozenset[BlobId]:
    read = {blob for node in graph.nodes for blob in node.bottoms}
    return frozenset(top for node in graph.nodes for top in node.tops if top not in read)


def _open(graph: Graph, node: Node, known: FastestKernels) -> str | None:
    """A node's geometry, where it is to be measured."""
    shapes = graph.bottom_shapes(node)
    if len(candidates(node.layer, shapes)) < 2:
        return None
    name = tuning_key(node.layer, shapes)
    return None if name in known else name


def _variant(rank: int, geometries: frozenset[str], known: FastestKernels) -> Choose:
    """The choice of the kernel of this rank, or the last one, for layers of `geometries`; else of the usual one."""
    usual = choose_tuned(known)

    def chosen(layer: Layer, bottom: list[Shape]) -> Kernel | None:
        kernels = candidates(layer, bottom)
        if len(kernels) > 1 and tuning_key(layer, bottom) in geometries:
            return kernels[min(rank, len(kernels) - 1)]
        return usual(layer, bottom)

    return chosen


class _ShortestTimes(Watcher):
    """The shortest time of every step, by its first node's index and its kernel's name."""

    def __init__(self) -> None:
        self.seconds: dict[tuple[int, str], float] = {}
        self.kernels: dict[int, str] = {}

    def step_done(self, nodes: Sequence[Node], seconds: float, _: Mapping[BlobId, Array]) -> None:
        key = (nodes[0].index, self.kernels[nodes[0].index])
        self.seconds[key] = min(seconds, self.seconds.get(key, seconds))


def _best(sessions: Sequence[Session]) -> dict[tuple[int, str], float]:
    """They take turns, so that a machine that is busy for a while is so for all of them."""
    rng = np.random.default_rng(0)
    for session in sessions:
        for entry in session.entries.values():
            copy(entry, rng.random(entry.shape, np.float32))
        session.run([Watcher()])  # the first one warms up
    times, start = _ShortestTimes(), perf_counter()
    for turn in range(MAX_FORWARDS):
        if turn >= MIN_FORWARDS and perf_counter() - start > SECONDS:
            break
        for session in sessions:
            steps = session.plan.steps
            times.kernels = {s.nodes[0].index: s.kernel.name if s.kernel else "" for s in steps}
            session.run([times])
    return times.seconds


def _measured(
    graph: Graph, name: str, open_nodes: Mapping[int, str], best: Mapping[tuple[int, str], float]
) -> Measured:
    nodes = [node for node in graph.nodes if open_nodes.get(node.index) == name]
    kernels = candidates(nodes[0].layer, graph.bottom_shapes(nodes[0]))
    seconds = {kernel.name: mean(best[node.index, kernel.name] for node in nodes) for kernel in kernels}
    return Measured(nodes[0].name, name, seconds)
