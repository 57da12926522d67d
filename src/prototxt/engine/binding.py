"""A plan's steps bound to memory: the tasks that each step is, over the blobs of one arena."""

from __future__ import annotations

import numpy as np

from prototxt.blobs import Array
from prototxt.engine.arena import Arena
from prototxt.engine.checks import check_changed
from prototxt.engine.interpreter import run_layer
from prototxt.engine.packed_weights import PackedWeightsCache
from prototxt.graph.graph import BlobId, located_at
from prototxt.kernels import layout
from prototxt.kernels.phases import Phase, single_task
from prototxt.plan.fuse import Step
from prototxt.plan.kernel import Binding, Kernel, PackedWeights
from prototxt.plan.plan import Plan
from prototxt.weights.params import Params, Stamp

__all__ = ["BoundPlan"]


class BoundPlan:
    """The phases of every step of a plan, as long as its arena and the learned arrays stay what they are."""

    def __init__(
        self, plan: Plan, arena: Arena, params: Params, packed: PackedWeightsCache, threads: int
    ) -> None:
        self._plan, self._arena, self._params, self._packed = plan, arena, params, packed
        self._threads = threads
        self._packed_bytes: dict[int, int] = {}
        self._dynamic: dict[BlobId, Array] = {}
        read = [node.index for step in plan.steps if step.kernel is not None for node in step.nodes]
        self._stamp = Stamp(memory for index in read for memory in params.memories(index))
        with np.errstate(all="ignore"):  # weights may be anything; what comes of them can be looked at
            self.waves = [[self._phases(step) for step in wave] for wave in plan.waves]

    @property
    def is_current(self) -> bool:
        """Whether the learned arrays are what they were when their values were packed."""
        return self._stamp.is_current

    @property
    def packed_bytes(self) -> int:
        """Bytes of packed weights, without those that are used where they lie."""
        return sum(self._packed_bytes.values())

    def blob(self, blob: BlobId) -> Array:
        """A blob's array, as the latest forward left it."""
        return self._dynamic[blob] if blob in self._dynamic else self._arena.blobs[blob]

    def _phases(self, step: Step) -> list[Phase]:
        if self._plan.is_free(step):
            return []
        if step.kernel is None:
            return [self._layer_phase(step)]
        return self._kernel_phases(step, step.kernel)

    def _kernel_phases(self, step: Step, kernel: Kernel) -> list[Phase]:
        first = step.nodes[0]
        stored = {blob: layout.channels_last(self._arena.blobs[blob]) for blob in (*step.reads, *step.tops)}
        start = self._plan.workspaces.get(first.index, 0)
        binding = Binding(
            [stored[blob] for blob in step.bottoms],
            [stored[blob] for blob in step.tops],
            self._weights(step, kernel),
            step.epilogue_ops(self._params, [stored[blob] for blob in step.side_inputs]),
            self._arena.memory[start : start + self._plan.workspace(step)],
            self._threads,
        )
        with located_at(first):
            return kernel.bind(binding)

    def _weights(self, step: Step, kernel: Kernel) -> PackedWeights:
        first, folded = step.nodes[0], step.folded_nodes
        if not first.params:
            return PackedWeights()
        own = self._params[first.index]

        def pack() -> PackedWeights:
            return kernel.pack(own, step.fold(self._params))

        read = [memory for node in (first, *folded) for memory in self._params.memories(node.index)]
        key = (kernel.name, kernel.packing_key(), first.index, *(node.index for node in folded))
        packed = self._packed.get(key, read, pack)
        self._packed_bytes[first.index] = sum(
            array.nbytes
            for array in packed.arrays
            if not any(np.may_share_memory(array, learned) for learned in own)
        )
        return packed

    def _layer_phase(self, step: Step) -> Phase:
        """A step without a kernel: the layer's own forward, on N x C x H x W views."""
        (node,) = step.nodes

        def forward() -> None:
            bottom = [self.blob(blob) for blob in step.bottoms]
            if step.dynamic:
                check_changed(self._plan.graph, node, bottom)
            tops = run_layer(node, bottom, self._params)
            for top, values in zip(step.tops, tops, strict=True):
                if step.dynamic:
                    self._dynamic[top] = values
                else:
                    layout.copy(self._arena.blobs[top], values)

        return single_task(forward)
