"""A plan with its memory: arrays laid in an arena, weights in the kernels' forms, every task ready to run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from time import perf_counter
from typing import Any

import numpy as np

from prototxt.blobs import Array, Shape, count
from prototxt.engine import blas, workers
from prototxt.engine.checks import check_changed
from prototxt.engine.watch import Watcher
from prototxt.engine.workers import Share
from prototxt.graph.graph import BlobId, located_at
from prototxt.kernels import layout
from prototxt.kernels.work import ALIGN, Phase, alone, in_turn, merge
from prototxt.plan import epilogue as finish
from prototxt.plan.fuse import Step
from prototxt.plan.kernel import Binding, Fold, PackedWeights
from prototxt.plan.memory import View
from prototxt.plan.plan import Plan
from prototxt.weights.params import Params


class PackedWeightsCache:
    """Weights in the kernels' forms, made once for all plans of a net, whatever its input shapes."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], PackedWeights] = {}
        self._version = 0
        self._lock = Lock()

    def get(self, version: int, key: tuple[Any, ...], make: Callable[[], PackedWeights]) -> PackedWeights:
        """What `make` makes, remembered by key as long as the learned arrays are of this version."""
        with self._lock:
            if version != self._version:
                self._made.clear()
                self._version = version
            if key not in self._made:
                self._made[key] = make()
            return self._made[key]


class Session:
    """One plan, ready to run again and again; not for two threads at once.

    `entries` are the arrays a forward starts from, N x C x H x W, to be written before `run`.
    """

    def __init__(self, plan: Plan, params: Params, ready: PackedWeightsCache, threads: int) -> None:
        self.plan, self.threads = plan, threads
        self._params, self._ready = params, ready
        self._hold = not plan.graph.stateful  # data layers start threads that read ahead
        self.entries = {blob: _zeros(plan.graph.shapes[blob]) for blob in plan.graph.entries}
        self._bind()

    @np.errstate(all="ignore")  # weights may be anything; what comes of them can be looked at
    def _bind(self) -> None:
        """Lay the blobs into new memory and make every step's tasks."""
        self.version = self._params.version
        self._prepared: dict[int, int] = {}
        self._arena = _aligned(self.plan.arena)
        self._blobs = _lay_out(self.plan, self._arena, self.entries)
        self._loose: dict[BlobId, Array] = {}
        self._waves = [[self._phases(step) for step in wave] for wave in self.plan.waves]
        merged = [phase for wave in self._waves for phase in _side_by_side(wave)]
        self._scratch = max((phase.scratch for phase in merged), default=0)
        memories = [_aligned(self._scratch) for _ in range(self.threads)]
        self._memories = memories
        self._shares = _shares(merged, memories)
        self._each: list[tuple[Step, list[list[Share]]]] | None = None
        self._held = self._holders()

    def _holders(self) -> int:
        """How many arrays look at the arena."""
        return sys.getrefcount(self._arena.base)

    @property
    def bytes(self) -> int:
        """What blobs, and each worker's memory take."""
        return self.plan.peak_bytes + 4 * self._scratch * self.threads

    @property
    def prepared_bytes(self) -> int:
        """What weights take in the kernels' forms, without those that are used where they lie."""
        return sum(self._prepared.values())

    def run(self, watchers: Sequence[Watcher] = ()) -> dict[BlobId, Array]:
        """One forward; the kept blobs, N x C x H x W views of memory that the next forward writes over.

        Blobs that somebody still holds are left to them: the next forward then gets memory of its own.
        """
        if self._holders() > self._held:
            self._bind()
        with blas.one_thread(), np.errstate(all="ignore"):
            if watchers:
                self._run_watched(watchers)
            elif self._shares[0]:
                workers.run(self._shares, hold=self._hold)
        blobs = {**self._blobs, **self._loose}
        return {blob: blobs[blob] for blob in self.plan.graph.shapes if blob in self.plan.kept}

    def losses(self) -> float:
        """The sum of every loss blob's values times its weight, after a forward."""
        blobs = {**self._blobs, **self._loose}
        return sum(
            weight * float(blobs[b].sum()) for b, weight in self.plan.graph.losses.items() if b in blobs
        )

    def _run_watched(self, watchers: Sequence[Watcher]) -> None:
        """Step by step, so that each has a time of its own."""
        if self._each is None:
            before = self._holders()
            phases = [phases for wave in self._waves for phases in wave]
            self._each = [
                (step, _shares(own, self._memories))
                for step, own in zip(self.plan.steps, phases, strict=True)
            ]
            self._held += self._holders() - before
        for step, shares in self._each:
            start = perf_counter()
            if shares[0]:
                workers.run(shares, hold=self._hold)
            seconds = perf_counter() - start
            tops = {top: self._value(top) for top in step.tops}
            for watcher in watchers:
                watcher.step_done(step.nodes, seconds, tops)

    def _value(self, blob: BlobId) -> Array:
        return self._loose[blob] if blob in self._loose else self._blobs[blob]

    def _phases(self, step: Step) -> list[Phase]:
        if self.plan.is_free(step):
            return []
        return [self._forward(step)] if step.kernel is None else self._kernel(step)

    def _kernel(self, step: Step) -> list[Phase]:
        """The work of a step with a kernel."""
        kernel, (first, *rest) = step.kernel, step.nodes
        assert kernel is not None
        stored = {blob: layout.channels_last(self._blobs[blob]) for blob in (*step.reads, *step.tops)}
        others = iter(step.others)
        actions = []
        if kernel.elementwise:
            rest = [first, *rest]
        for node in rest[step.folded :]:
            wanted = [stored[next(others)] for _ in node.bottoms[1:]]
            actions += finish.actions(node.layer, self._params[node.index], wanted)
        start = self.plan.workspaces.get(first.index, 0)
        shapes = [self.plan.graph.shapes[blob] for blob in step.bottoms]
        binding = Binding(
            [stored[blob] for blob in step.bottoms],
            [stored[blob] for blob in step.tops],
            self._weights(step, shapes),
            actions,
            self._arena[start : start + self.plan.workspace(step)],
            self.threads,
        )
        with located_at(first):
            return kernel.bind(first.layer, binding)

    def _weights(self, step: Step, shapes: Sequence[Shape]) -> PackedWeights:
        kernel, (first, *rest) = step.kernel, step.nodes
        assert kernel is not None
        folded = rest[: step.folded]

        def make() -> PackedWeights:
            fold = Fold()
            for node in folded:
                fold = finish.then(fold, node.layer, self._params[node.index])
            return kernel.pack(first.layer, shapes, self._params[first.index], fold)

        for node in step.nodes:
            live = kernel.live if node is first else ()
            self._params.copied(node.index, live)
        if not first.params:
            return ()
        widths = tuple(self.plan.graph.shapes[top][3:] for top in first.tops)
        key = (kernel.name, widths, first.index, *(node.index for node in folded))
        ready = self._ready.get(self.version, key, make)
        own = self._params[first.index]
        self._prepared[first.index] = sum(
            array.nbytes
            for array in ready
            if array is not None and not any(np.may_share_memory(array, learned) for learned in own)
        )
        return ready

    def _forward(self, step: Step) -> Phase:
        """A step without a kernel: the room's own forward, on N x C x H x W views."""
        node = step.nodes[0]
        if node.layer.stateful:  # it may move its learned arrays on
            for slot in range(len(node.params)):
                self._params.lend(node.index, slot)

        def forward() -> None:
            bottom = [self._value(blob) for blob in step.bottoms]
            if step.dynamic:
                check_changed(self.plan.graph, node, bottom)
            with located_at(node):
                made = node.layer.forward(bottom, self._params[node.index])
            for top, values in zip(step.tops, made, strict=True):
                if step.dynamic:
                    self._loose[top] = values
                else:
                    layout.copy(self._blobs[top], values)

        return alone(forward)


def _side_by_side(steps: Sequence[Sequence[Phase]]) -> list[Phase]:
    """Steps that run at the same time: their first phases together, then their second ones ..."""
    longest = max(map(len, steps), default=0)
    return [merge([phases[i] for phases in steps if i < len(phases)]) for i in range(longest)]


def _shares(phases: Sequence[Phase], memories: Sequence[Array]) -> list[list[Share]]:
    """Every worker's view of the phases; one worker's alone where none has several tasks."""
    phases = in_turn(phases)
    if all(phase.tasks == 1 for phase in phases):
        memories = memories[:1]
    return [[Share(p.tasks, p.worker(memory)) for p in phases] for memory in memories]


def _aligned(numbers: int) -> Array:
    """Uninitialised memory that starts at a cache line."""
    raw = np.empty(numbers + ALIGN, np.float32)
    skip = -(raw.ctypes.data // 4) % ALIGN
    return raw[skip : skip + numbers]


def _lay_out(plan: Plan, arena: Array, entries: Mapping[BlobId, Array]) -> dict[BlobId, Array]:
    """Every blob's array, N x C x H x W."""
    shapes = plan.graph.shapes
    blobs = dict(entries)

    def find(blob: BlobId) -> Array:
        if blob not in blobs:
            if blob in plan.views:
                blobs[blob] = _part(find(plan.views[blob].of), plan.views[blob], shapes[blob])
            else:
                memory = arena[plan.offsets[blob] : plan.offsets[blob] + count(shapes[blob])]
                blobs[blob] = _as_blob(memory, shapes[blob])
        return blobs[blob]

    dynamic = {top for step in plan.steps if step.dynamic for top in step.tops}
    for blob in shapes:
        if blob not in dynamic and (blob in blobs or blob in plan.views or blob in plan.offsets):
            find(blob)
    return blobs


def _zeros(shape: Shape) -> Array:
    return _as_blob(np.zeros(count(shape), np.float32), shape)


def _as_blob(memory: Array, shape: Shape) -> Array:
    """Memory as a blob of this shape, stored channels-last where it has four axes."""
    if len(shape) != 4:
        return memory.reshape(shape)
    n, c, h, w = shape
    return layout.channels_first(memory.reshape(n, h, w, c))


def _part(whole: Array, view: View, shape: Shape) -> Array:
    if view.axis is not None:
        index = (slice(None),) * view.axis + (slice(view.start, view.start + shape[view.axis]),)
        return whole[index]
    if whole.shape == shape:
        return whole
    line = whole.transpose(0, 2, 3, 1) if whole.ndim == 4 else whole
    flat = layout.view(line, whole.size)
    return _as_blob(flat, shape)
