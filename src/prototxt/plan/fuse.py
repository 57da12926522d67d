"""Layers that finish a result where it lies: a chain such as Convolution, BatchNorm, Scale, ReLU is one step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from prototxt.graph.wiring import BlobId, Graph, Node
from prototxt.kernels.after import normalise_, relu_, scale_
from prototxt.layers.base import Array, Layer
from prototxt.layers.batch_norm import BatchNorm
from prototxt.layers.neuron import ReLU
from prototxt.layers.scale import Scale
from prototxt.plan.choose import MAKES_NEW_ARRAYS


def fuse(graph: Graph, kept: Collection[BlobId]) -> list[tuple[Node, ...]]:
    """The nodes that compute something, in order, each with those that finish its result in place.

    A node joins when it alone reads the result, nobody keeps the result as it was (nor counts it as loss), and
    it can work in place.
    """
    kept = {*kept, *graph.losses}
    readers = Counter(blob for node in graph.nodes for blob in node.bottoms)
    next_reader = {blob: node for node in graph.nodes for blob in node.bottoms}
    fused: set[int] = set()
    chains = []
    for node in graph.nodes:
        if node.index in fused or node.layer.is_input:
            continue
        chain = [node]
        if isinstance(node.layer, MAKES_NEW_ARRAYS):
            while (follower := _follower(chain[-1], readers, next_reader, kept)) is not None:
                chain.append(follower)
                fused.add(follower.index)
        chains.append(tuple(chain))
    return chains


def _follower(
    node: Node, readers: Counter[BlobId], next_reader: dict[BlobId, Node], kept: Collection[BlobId]
) -> Node | None:
    if len(node.tops) != 1 or node.tops[0] in kept or readers[node.tops[0]] != 1:
        return None
    reader = next_reader[node.tops[0]]
    return reader if can_finish_in_place(reader.layer) and len(reader.bottoms) == 1 else None


def can_finish_in_place(layer: Layer) -> bool:
    """Whether `finish_in_place` knows this layer."""
    return isinstance(layer, ReLU | Scale) or (isinstance(layer, BatchNorm) and layer.use_global_stats)


def finish_in_place(layer: Any, y: Array, params: Sequence[Array]) -> None:
    """What the layer's forward makes of `y`, written over `y`."""
    match layer:
        case ReLU():
            relu_(y, layer.negative_slope)
        case BatchNorm():
            mean, variance = layer.statistics(params)
            normalise_(y, mean, variance, layer.eps)
        case Scale():
            axis = layer.axis if layer.axis >= 0 else layer.axis + y.ndim
            scale_(y, params[0], params[1] if layer.bias_term else None, axis)
