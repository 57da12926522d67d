"""The executor of a net: from the layers and blobs of a forward to a plan, its memory, and a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from prototxt.blobs import Array
from prototxt.engine.blob_store import BlobStore
from prototxt.engine.packed_weights import PackedWeightsCache
from prototxt.engine.reference import ReferenceInterpreter
from prototxt.engine.session import Session
from prototxt.engine.watch import Watcher
from prototxt.errors import InputError
from prototxt.graph.graph import BlobId, Graph
from prototxt.graph.subgraph import LayerName, part
from prototxt.kernels.layout import copy
from prototxt.plan.choose_kernel import Choose
from prototxt.plan.plan import Keep, Plan, make_plan, resolve_keep
from prototxt.plan.tuned import FastestKernels, choose_tuned
from prototxt.util.extras import missing_library
from prototxt.util.limits import check_fits
from prototxt.util.lru import LruCache
from prototxt.weights.params import Params

__all__ = ["Executor", "Part", "run_reference"]

ENGINES = ("fast", "numba", "reference")

CACHED_PLANS = 6
"""Plans and sessions that are kept: those of a full and a last, smaller batch, of a few choices of blobs."""

Key = tuple[Graph, LayerName | None, LayerName | None, frozenset[BlobId]]


@dataclass(frozen=True, slots=True)
class Part:
    """The layers that a forward runs, as a graph of their own, and the blobs that survive it."""

    graph: Graph
    kept: frozenset[BlobId]
    key: Key


class Executor:
    """Runs the graphs of one net, and keeps the plans and sessions of the latest few.

    A `Part` says what runs: it is resolved once from `start`, `end` and `keep`, then handed on.
    """

    def __init__(self, engine: str, threads: int, stored: Callable[[int], FastestKernels]) -> None:
        """`stored` returns the fastest kernels that earlier runs measured with a number of threads.

        Raises InputError for an engine that is not known or whose library is missing.
        """
        if engine not in ENGINES:
            raise InputError(f'engine is "fast", "numba" or "reference", not "{engine}"')
        self.engine, self.threads, self._stored = engine, threads, stored
        self._compiled = _choose_compiled() if engine == "numba" else None
        self._measured: FastestKernels = {}
        self._packed = PackedWeightsCache()
        self._make_caches(CACHED_PLANS)

    def _make_caches(self, size: int) -> None:
        self._parts: LruCache[tuple[object, ...], Part] = LruCache(size)
        self._plans: LruCache[Key, Plan] = LruCache(size)
        self._sessions: LruCache[Key, Session] = LruCache(size)

    def clone(self, threads: int) -> Executor:
        """Another one with the same packed weights and plans of its own, to run in another thread."""
        other = Executor.__new__(Executor)
        other.__dict__.update(self.__dict__)
        other.threads = threads
        other._measured = self._measured if threads == self.threads else {}
        other._make_caches(self._plans.size)
        return other

    def expect_parts(self, number: int) -> None:
        """Keep the plans of that many parts besides the latest few, as those of layers that run one by one."""
        for cache in (self._parts, self._plans, self._sessions):
            cache.size = CACHED_PLANS + number

    def part(self, graph: Graph, start: LayerName | None, end: LayerName | None, keep: Keep) -> Part:
        """The part of the graph that a forward from `start` to `end` runs, and the blobs it keeps.

        Raises InputError for layers and blobs that the net does not have.
        """

        def resolve() -> Part:
            subgraph = part(graph, start, end)
            kept = resolve_keep(graph, keep, subgraph)
            return Part(subgraph, kept, (graph, start, end, kept))

        return self._parts.get((graph, start, end, keep if isinstance(keep, str) else tuple(keep)), resolve)

    def plan(self, part: Part) -> Plan:
        """The steps of a forward."""
        return self._plans.get(part.key, lambda: make_plan(part.graph, part.kept, self._choose()))

    def session(self, part: Part, params: Params, store: BlobStore) -> Session:
        """The plan with its memory and its tasks; it starts from the arrays of the net's own inputs.

        Raises InputError for more memory than the machine has.
        """
        plan = self._checked_plan(part)

        def make() -> Session:
            inputs = {
                blob: store.value(blob) for blob in part.graph.entries if blob.name in part.graph.inputs
            }
            return Session(plan, params, self._packed, self.threads, inputs)

        return self._sessions.get(part.key, make)

    def forward(
        self, part: Part, params: Params, store: BlobStore, watchers: Sequence[Watcher] = ()
    ) -> dict[str, Array]:
        """One forward over the values in `store`, which then holds what it leaves; the outputs by name.

        No output shares memory with a blob of the store or with another output. Raises InputError for more memory
        than the machine has, and for blobs that are not there.
        """
        if self.engine == "reference":
            self._checked_plan(part)
            return run_reference(part, params, store, watchers)
        graph, entries = part.graph, store.entries(part.graph)
        session = self.session(part, params, store)
        for blob, entry in session.entries.items():
            if entries[blob] is not entry:
                copy(entry, entries[blob])
            if blob.name in graph.inputs:
                entries[blob] = entry  # what is given next is written straight to where it is read
        values = session.run(watchers)
        outputs = {name: values[graph.last[name]].copy(order="C") for name in graph.outputs}
        store.update(graph, {**entries, **values}, session.loss(), session.arena.lend)
        return outputs

    @property
    def fastest(self) -> FastestKernels:
        """The kernels that were measured to be fastest, for this net or for another one on this machine."""
        return {**self._stored(self.threads), **self._measured}

    def prefer(self, kernels: FastestKernels) -> None:
        """Use these kernels from now on: plans and sessions are made again."""
        self._measured = {**self._measured, **kernels}
        self._plans.clear()
        self._sessions.clear()

    def _checked_plan(self, part: Part) -> Plan:
        plan = self.plan(part)
        hint = "give a smaller input, such as a batch of 1"
        check_fits(plan.peak_bytes, f"{part.graph.file}: this forward", hint)
        return plan

    def _choose(self) -> Choose:
        return self._compiled or choose_tuned(self.fastest)


def run_reference(
    part: Part, params: Params, store: BlobStore, watchers: Sequence[Watcher] = ()
) -> dict[str, Array]:
    """A forward layer by layer, on whatever shapes the layers take; the outputs by name."""
    graph = part.graph
    feeds = {blob: np.ascontiguousarray(array) for blob, array in store.entries(graph).items()}
    runner = ReferenceInterpreter(graph, part.kept, feeds, params)
    values = runner.run(watchers)
    outputs = _apart({name: values[graph.last[name]] for name in graph.outputs}, feeds.values())
    left = {blob: array for blob, array in values.items() if blob not in feeds}
    store.update(graph, left, runner.loss(), None)
    return outputs


def _apart(outputs: Mapping[str, Array], inputs: Iterable[Array]) -> dict[str, Array]:
    """The outputs, copied where one is a view of an input or of an output before it (Flatten, Split ...)."""
    taken, apart = list(inputs), dict[str, Array]()
    for name, array in outputs.items():
        shares = any(np.may_share_memory(array, other) for other in taken)
        apart[name] = array.copy() if shares else array
        taken.append(apart[name])
    return apart


def _choose_compiled() -> Choose:
    """The choice of the engine "numba", the only one that imports it.

    Raises InputError where numba is not installed or cannot be used.
    """
    try:
        from prototxt.plan.compiled import choose_compiled
    except ImportError as error:
        what, hint = missing_library("numba", "fast", 'engine "numba"')
        first, *others = str(error).splitlines() or [""]
        why = "" if isinstance(error, ModuleNotFoundError) else f", which cannot be used: {first}"
        raise InputError(what + why, lines=others if why else (), hint=hint) from error
    return choose_compiled
