"""The arrays that a page shows: every version of every blob after one forward, and the learned arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from prototxt.blobs import Array
from prototxt.engine.watch import Watcher
from prototxt.graph.graph import BlobId, Graph, Node
from prototxt.net import Net

__all__ = ["BlobRecorder", "Key", "Slot", "learned", "run"]


class Slot(NamedTuple):
    """A learned array: the index of its layer, and its number among the arrays of that layer."""

    layer: int
    slot: int


Key = BlobId | Slot


@dataclass
class BlobRecorder(Watcher):
    """Records every blob as its layer leaves it."""

    blobs: dict[Key, Array] = field(default_factory=dict)

    def step_done(self, nodes: Sequence[Node], seconds: float, tops: Mapping[BlobId, Array]) -> None:
        self.blobs |= {blob: np.asarray(values, order="C") for blob, values in tops.items()}


def learned(net: Net) -> dict[Key, Array]:
    """The learned arrays of a net, each under the layer that owns it."""
    return {
        Slot(node.index, slot): net.params_of(node)[slot].data
        for node in net.layers
        for slot, param in enumerate(node.params)
        if param.owner == node.index
    }


def run(net: Net, feeds: Mapping[str, Array]) -> dict[Key, Array]:
    """Run one forward and return every version of every blob, including those that are overwritten in place."""
    recorder = BlobRecorder()
    net.forward(feeds, keep=_every_version(net.graph), watchers=[recorder])
    kept = net.blobs
    for blob in net.graph.entries:
        recorder.blobs[blob] = kept[str(blob) if str(blob) in kept else blob.name].data
    return recorder.blobs


def _every_version(graph: Graph) -> list[str]:
    return [blob.name if blob == graph.last[blob.name] else str(blob) for blob in graph.shapes]
