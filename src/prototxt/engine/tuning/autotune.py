"""Tuning of a net: its kernels are measured, the fastest are stored, and its executor uses them."""

from __future__ import annotations

from prototxt.engine.executor import Executor
from prototxt.engine.tuning.cache import store_fastest
from prototxt.engine.tuning.measure import Measured, measure
from prototxt.graph.graph import Graph
from prototxt.weights.params import Params

__all__ = ["autotune"]


def autotune(executor: Executor, graph: Graph, params: Params) -> tuple[Measured, ...]:
    """Measure the kernels of these layers, and use the fastest from now on; see `Net.autotune`.

    Raises InputError for more memory than the machine has.
    """
    measured = measure(graph, params, executor.threads, executor.fastest)
    if measured:
        chosen = {each.geometry: each.chosen for each in measured}
        store_fastest(executor.threads, chosen)
        executor.prefer(chosen)
    return measured
