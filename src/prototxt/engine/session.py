"""The fast engine: a plan with its memory and its tasks, ready to run again and again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from prototxt.blobs import Array
from prototxt.engine import blas, workers
from prototxt.engine.arena import Arena, aligned, zeros
from prototxt.engine.binding import BoundPlan
from prototxt.engine.interpreter import Interpreter
from prototxt.engine.packed_weights import PackedWeightsCache
from prototxt.engine.watch import Watcher
from prototxt.engine.workers import Share
from prototxt.graph.graph import BlobId
from prototxt.kernels.phases import Phase, join_single_tasks, merge
from prototxt.plan.fuse import Step
from prototxt.plan.plan import Plan
from prototxt.weights.params import Params

__all__ = ["Session"]


class Session(Interpreter[Step]):
    """One plan, ready to run; not for two threads at the same time.

    `entries` are the arrays that a forward starts from, N x C x H x W, to be written before `run`. Blobs lie in an
    arena that the next forward writes over; if somebody holds an array that `lend` gave, the next forward leaves the
    arena to them and takes another one. Weights are packed again after somebody has written into the learned arrays.
    """

    def __init__(
        self,
        plan: Plan,
        params: Params,
        packed: PackedWeightsCache,
        threads: int,
        inputs: Mapping[BlobId, Array] | None = None,
    ) -> None:
        """`inputs` are arrays for some of the entries, of `arena.zeros`; the others get arrays of their own."""
        self.plan, self.threads = plan, threads
        self.steps, self.losses = plan.steps, plan.graph.losses
        self._params, self._packed = params, packed
        self._holds_cores = not plan.graph.stateful  # data layers start threads that read ahead
        others = {b: zeros(plan.graph.shapes[b]) for b in plan.graph.entries if b not in (inputs or {})}
        self.entries: Mapping[BlobId, Array] = {**(inputs or {}), **others}
        self._kept = [blob for blob in plan.graph.shapes if blob in plan.kept]
        self._allocate()

    def _allocate(self) -> None:
        """Take a new arena."""
        self.arena = Arena(self.plan, self.entries)
        self._bind()

    def _bind(self) -> None:
        """Make every step's tasks."""
        self._bound = BoundPlan(self.plan, self.arena, self._params, self._packed, self.threads)
        merged = [phase for wave in self._bound.waves for phase in _side_by_side(wave)]
        self._scratch = max((phase.scratch for phase in merged), default=0)
        self.scratch_memory = [aligned(self._scratch) for _ in range(self.threads)]
        self._shares = _shares(merged, self.scratch_memory)
        self._step_shares: dict[int, list[list[Share]]] = {}

    @property
    def bytes(self) -> int:
        """Bytes of all blobs and of each worker's memory."""
        return self.plan.peak_bytes + 4 * self._scratch * self.threads

    @property
    def packed_bytes(self) -> int:
        """Bytes of packed weights, without those that are used where they lie."""
        return self._bound.packed_bytes

    @property
    def kept(self) -> list[BlobId]:
        return self._kept

    def blob(self, blob: BlobId) -> Array:
        return self._bound.blob(blob)

    def run(self, watchers: Sequence[Watcher] = ()) -> dict[BlobId, Array]:
        """One forward; the kept blobs, N x C x H x W, in memory that the next forward writes over.

        Without watchers all workers go through the whole plan together; with watchers it runs step by step.
        """
        if self.arena.is_held:
            self._allocate()
        elif not self._bound.is_current:
            self._bind()
        with blas.one_thread():
            if watchers:
                return super().run(watchers)
            with np.errstate(all="ignore"):
                self._run_tasks(self._shares)
        return {blob: self.blob(blob) for blob in self._kept}

    def run_step(self, step: Step) -> dict[BlobId, Array]:
        index = step.nodes[0].index
        if index not in self._step_shares:
            self._step_shares = self._tasks_by_step()
        self._run_tasks(self._step_shares[index])
        return {top: self.blob(top) for top in step.tops}

    def _tasks_by_step(self) -> dict[int, list[list[Share]]]:
        """Every step's own tasks, by its first layer."""
        phases = [phases for wave in self._bound.waves for phases in wave]
        return {
            step.nodes[0].index: _shares(own, self.scratch_memory)
            for step, own in zip(self.steps, phases, strict=True)
        }

    def _run_tasks(self, shares: Sequence[Sequence[Share]]) -> None:
        if shares[0]:
            workers.run(shares, hold=self._holds_cores)


def _side_by_side(steps: Sequence[Sequence[Phase]]) -> list[Phase]:
    """Steps that run at the same time: their first phases together, then their second ones ..."""
    longest = max(map(len, steps), default=0)
    return [merge([phases[i] for phases in steps if i < len(phases)]) for i in range(longest)]


def _shares(phases: Sequence[Phase], memories: Sequence[Array]) -> list[list[Share]]:
    """Every worker's view of the phases; only one worker's where no phase has several tasks."""
    phases = join_single_tasks(phases)
    if all(phase.tasks == 1 for phase in phases):
        memories = memories[:1]
    return [[Share(p.tasks, p.worker(memory)) for p in phases] for memory in memories]
