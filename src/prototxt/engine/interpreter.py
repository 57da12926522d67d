"""The interpreter that runs nets step by step; engines say what a step is and how one runs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Generic, Protocol, TypeVar

import numpy as np

from prototxt.blobs import Array
from prototxt.engine.watch import Watcher
from prototxt.graph.graph import BlobId, Node, located_at
from prototxt.weights.params import Params

__all__ = ["Interpreter", "StepLike", "run_layer"]


class StepLike(Protocol):
    """Layers that run as one step: a single one, or several that a plan has fused."""

    @property
    def nodes(self) -> Sequence[Node]: ...  # in order


S = TypeVar("S", bound=StepLike)


class Interpreter(ABC, Generic[S]):
    """Runs `steps` in order, and after each reports it to the watchers.

    `run_step` is the hook to override: an engine implements it, and a subclass of an engine may look at what a step
    makes, or change it. Where only looking is needed a `Watcher` does, with any engine: `Timer` and `Trace` are such.

        class Halved(ReferenceInterpreter):
            def run_step(self, step):
                tops = super().run_step(step)
                for array in tops.values():
                    array *= 0.5
                return tops

    The model is `torch.fx.Interpreter`, whose hook is `run_node`.
    """

    steps: Sequence[S]
    losses: Mapping[BlobId, float]
    """The blobs that are part of the net's loss, with their weights."""

    @abstractmethod
    def run_step(self, step: S) -> Mapping[BlobId, Array]:
        """Run one step; its results by blob."""

    @abstractmethod
    def blob(self, blob: BlobId) -> Array:
        """The values of a blob that is still there after the forward: one that is kept, or part of the loss."""

    @property
    @abstractmethod
    def kept(self) -> Sequence[BlobId]:
        """The blobs that a forward keeps, in the graph's order."""

    def run(self, watchers: Sequence[Watcher] = ()) -> dict[BlobId, Array]:
        """One forward; the kept blobs."""
        with np.errstate(
            all="ignore"
        ):  # what overflows is infinite or NaN, as in Caffe; a watcher can look for it
            for step in self.steps:
                start = perf_counter()
                tops = self.run_step(step)
                seconds = perf_counter() - start
                for watcher in watchers:
                    watcher.step_done(step.nodes, seconds, tops)
        return {blob: self.blob(blob) for blob in self.kept}

    def loss(self) -> float:
        """The sum of every loss blob's values times its weight, after a forward."""
        return sum(weight * float(self.blob(blob).sum()) for blob, weight in self.losses.items())


def run_layer(node: Node, bottom: Sequence[Array], params: Params) -> list[Array]:
    """A layer's own forward on these bottoms. Raises LayerError with file, line and layer."""
    with located_at(node):
        tops = node.layer.forward(bottom, params[node.index])
    if node.layer.stateful:  # it may have moved its learned arrays on, as BatchNorm does while training
        params.mark_written(node.index)
    return tops
