"""Stored blobs in the order of the net's parameters, where a version of Caffe stored them in another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from prototxt.blobs import Shape
from prototxt.formats.stored import StoredBlob, StoredLayer
from prototxt.graph.graph import Node

__all__ = ["in_net_order"]


def in_net_order(stored: Sequence[StoredLayer], named: Mapping[str, Node]) -> list[StoredLayer]:
    """The stored layers, those of a layer type that knows other orders (see `Layer.stored_order`) rearranged.

    Their shapes may have axes of 1 that the net's lack: such versions wrote C values as 1 x C x 1 x 1.
    """
    return [_rearranged(layer, named[layer.name]) if layer.name in named else layer for layer in stored]


def _rearranged(layer: StoredLayer, node: Node) -> StoredLayer:
    blobs = list(layer.blobs.values())
    if len(blobs) != len(node.params) or list(layer.blobs) != list(range(len(blobs))):
        return layer
    order = node.layer.stored_order([blob.shape for blob in blobs])
    if order is None:
        return layer
    pairs = ((blobs[source], ref.shape) for source, ref in zip(order, node.params, strict=True))
    return replace(layer, blobs=dict(enumerate(_squeezed(blob, shape) for blob, shape in pairs)))


def _squeezed(blob: StoredBlob, shape: Shape) -> StoredBlob:
    """The blob in the needed shape, where only axes of 1 differ."""
    same = [n for n in blob.shape if n != 1] == [n for n in shape if n != 1]
    return replace(blob, shape=shape, legacy=False) if same else blob
