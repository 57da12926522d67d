"""Which kernel is fastest for a layer, measured: every one that can run it, in turns, as a net would run it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from time import perf_counter

import numpy as np

from prototxt.engine.session import ReadyWeights, Session
from prototxt.graph.wiring import Graph, Node
from prototxt.kernels.layout import copy
from prototxt.layers.base import Array
from prototxt.plan.choose import candidates
from prototxt.plan.kernel import Kernel
from prototxt.plan.plan import make_plan
from prototxt.plan.tuned import Kernels, geometry
from prototxt.weights.params import Params

ROUNDS = 7
"""Times each kernel is run."""

CACHES = 1 << 26
"""Bytes that are written between two runs: more than most caches hold."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one geometry the median seconds of every kernel by name, the one that was expected to be fastest first.

    `layer` is the first of the net's layers that has this geometry.
    """

    layer: str
    geometry: str
    seconds: dict[str, float]

    @property
    def expected(self) -> str:
        return next(iter(self.seconds))

    @property
    def fastest(self) -> str:
        return min(self.seconds, key=lambda name: self.seconds[name])


def measure(graph: Graph, params: Params, threads: int, known: Kernels) -> tuple[Measured, ...]:
    """Measure the layers that more than one kernel can run and whose geometry is not `known`, each geometry once."""
    chosen: dict[str, tuple[Node, list[Kernel]]] = {}
    for node in graph.nodes:
        shapes = graph.bottom_shapes(node)
        if (
            node.layer.is_input
            or node.layer.data_dependent
            or len(able := candidates(node.layer, shapes)) < 2
        ):
            continue
        name = geometry(node.layer, shapes)
        if name not in known:
            chosen.setdefault(name, (node, able))
    if not chosen:
        return ()
    scratch = np.zeros(CACHES // 4, np.float32)
    return tuple(
        Measured(node.name, name, _seconds(_alone(graph, node), able, params, threads, scratch))
        for name, (node, able) in chosen.items()
    )


def _alone(graph: Graph, node: Node) -> Graph:
    """A net of this layer alone; it keeps its index, and so its learned arrays."""
    touched = {*node.bottoms, *node.tops}
    shapes = {blob: shape for blob, shape in graph.shapes.items() if blob in touched}
    return replace(graph, nodes=(node,), shapes=shapes, inputs=(), outputs=())


def _seconds(
    graph: Graph, able: Sequence[Kernel], params: Params, threads: int, scratch: Array
) -> dict[str, float]:
    """Medians by kernel. They take turns, so that a machine that is busy for a moment is so for all of them."""
    sessions = {kernel.name: _session(graph, kernel, params, threads) for kernel in able}
    rng = np.random.default_rng(0)
    noise = {blob: rng.random(graph.shapes[blob], np.float32) for blob in graph.entries}
    times: dict[str, list[float]] = {name: [] for name in sessions}
    for turn in range(ROUNDS + 1):
        for name, session in sessions.items():
            # As in a net: weights come from memory, the bottoms have just been written.
            scratch += 1
            for blob, entry in session.entries.items():
                copy(entry, noise[blob])
            start = perf_counter()
            session.run()
            if turn:  # the first one warms up
                times[name].append(perf_counter() - start)
    return {name: median(seconds) for name, seconds in times.items()}


def _session(graph: Graph, kernel: Kernel, params: Params, threads: int) -> Session:
    kept = frozenset(graph.nodes[0].tops)
    return Session(make_plan(graph, kept, lambda *_: kernel), params, ReadyWeights(), threads)
