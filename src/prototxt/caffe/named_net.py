"""The names and numbers of a net's layers and blobs, as pycaffe's scripts look them up.

Source: caffe/python/caffe/pycaffe.py, caffe/python/caffe/_caffe.cpp.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from prototxt import net as core
from prototxt.caffe.blob import Blob
from prototxt.graph.graph import Graph


class NamedNet:
    """A net with `blobs` by name, whose layers and blobs are looked up by name and by number."""

    _net: core.Net
    blobs: OrderedDict[str, Blob]

    @property
    def _graph(self) -> Graph:
        return self._net.graph

    @property
    def _layer_names(self) -> list[str]:
        return [node.name for node in self._graph.nodes]

    @property
    def _blob_names(self) -> list[str]:
        return list(self.blobs)

    @property
    def _blobs(self) -> list[Blob]:
        return list(self.blobs.values())

    @property
    def _blob_loss_weights(self) -> list[float]:
        return list(self.blob_loss_weights.values())

    @property
    def _inputs(self) -> list[int]:
        return self._numbers(self.inputs)

    @property
    def _outputs(self) -> list[int]:
        return self._numbers(self.outputs)

    @property
    def inputs(self) -> list[str]:
        """The tops of Input layers, to be given to `forward`."""
        return [top.name for node in self._graph.nodes if node.type == "Input" for top in node.tops]

    @property
    def outputs(self) -> list[str]:
        """The blobs that no layer reads, in alphabetical order."""
        return self._net.outputs

    @property
    def top_names(self) -> OrderedDict[str, list[str]]:
        """The tops of every layer, by its name."""
        return OrderedDict((node.name, [top.name for top in node.tops]) for node in self._graph.nodes)

    @property
    def bottom_names(self) -> OrderedDict[str, list[str]]:
        """The bottoms of every layer, by its name."""
        return OrderedDict((node.name, [b.name for b in node.bottoms]) for node in self._graph.nodes)

    @property
    def blob_loss_weights(self) -> OrderedDict[str, float]:
        """Every blob's weight in the loss."""
        weights = {blob.name: weight for blob, weight in self._graph.losses.items()}
        return OrderedDict((name, weights.get(name, 0.0)) for name in self.blobs)

    def _top_ids(self, layer: int) -> list[int]:
        return self._numbers(top.name for top in self._graph.nodes[layer].tops)

    def _bottom_ids(self, layer: int) -> list[int]:
        return self._numbers(bottom.name for bottom in self._graph.nodes[layer].bottoms)

    def _numbers(self, blobs: Iterable[str]) -> list[int]:
        names = self._blob_names
        return [names.index(name) for name in blobs]
