"""The reference engine: every layer's own forward in file order, nothing fused; the truth for the fast one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from prototxt.blobs import Array
from prototxt.engine.checks import check_changed
from prototxt.engine.interpreter import Interpreter, run_layer
from prototxt.graph.graph import BlobId, Graph, Node
from prototxt.plan.memory import last_uses
from prototxt.weights.params import Params

__all__ = ["LayerStep", "ReferenceInterpreter"]


@dataclass(frozen=True, slots=True)
class LayerStep:
    """One layer, and the blobs that no later layer reads."""

    nodes: tuple[Node]
    unused: tuple[BlobId, ...]


class ReferenceInterpreter(Interpreter[LayerStep]):
    """Runs a graph layer by layer on `feeds`, the values of its entries, of whatever shapes the layers take."""

    def __init__(
        self, graph: Graph, kept: Collection[BlobId], feeds: Mapping[BlobId, Array], params: Params
    ) -> None:
        self.losses = graph.losses
        self._graph, self._params = graph, params
        self._kept = [blob for blob in graph.shapes if blob in kept]
        self._blobs = dict(feeds)
        nodes = [node for node in graph.nodes if not node.layer.is_input]
        unused = last_uses([(n.bottoms, n.tops) for n in nodes], {*kept, *graph.losses})
        self.steps = [LayerStep((n,), blobs) for n, blobs in zip(nodes, unused, strict=True)]

    @property
    def kept(self) -> list[BlobId]:
        return self._kept

    def blob(self, blob: BlobId) -> Array:
        return self._blobs[blob]

    def run_step(self, step: LayerStep) -> dict[BlobId, Array]:
        (node,) = step.nodes
        bottom = [self._blobs[blob] for blob in node.bottoms]
        check_changed(self._graph, node, bottom)
        tops = dict(zip(node.tops, run_layer(node, bottom, self._params), strict=True))
        self._blobs.update(tops)
        for blob in step.unused:
            del self._blobs[blob]
        return tops
