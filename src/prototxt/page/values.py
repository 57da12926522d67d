"""What a page shows in numbers: every version of every blob as a forward made it, and the learned arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from prototxt.blobs import Array
from prototxt.engine.watch import Watcher
from prototxt.graph.graph import BlobId, Graph, Node
from prototxt.net import Net


class Slot(NamedTuple):
    """A learned array: which of its layer's."""

    layer: int
    slot: int


Key = BlobId | Slot


@dataclass
class Made(Watcher):
    """Every blob as the layer that made it left it."""

    blobs: dict[Key, Array] = field(default_factory=dict)

    def step_done(self, nodes: Sequence[Node], seconds: float, tops: Mapping[BlobId, Array]) -> None:
        self.blobs |= {blob: np.asarray(values, order="C") for blob, values in tops.items()}


def learned(net: Net) -> dict[Key, Array]:
    """The learned arrays by the layer that owns them."""
    return {
        Slot(node.index, slot): net.params_of(node)[slot].data
        for node in net.layers
        for slot, param in enumerate(node.params)
        if param.owner == node.index
    }


def run(net: Net, feeds: Mapping[str, Array]) -> dict[Key, Array]:
    """One forward; every version of every blob, those that layers in place write over too."""
    made = Made()
    net.forward(feeds, keep=_every_version(net.graph), watchers=[made])
    kept = net.blobs
    for blob in net.graph.entries:
        made.blobs[blob] = kept[str(blob) if str(blob) in kept else blob.name].data
    return made.blobs


def _every_version(graph: Graph) -> list[str]:
    return [blob.name if blob == graph.last[blob.name] else str(blob) for blob in graph.shapes]
