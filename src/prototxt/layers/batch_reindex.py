"""BatchReindex: items of a batch in another order."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.labels import read_indices
from prototxt.layers.registry import layer


@layer("BatchReindex", bottoms=2)
class BatchReindex(Layer):
    """Picks items of its first bottom by the indices in the second: some, all, or some of them again.

    Formula:
        y[m] = x[index[m]]

    Shapes:
        x: N x any, index: M
        y: M x any

    Pitfalls:
        Indices are whole numbers from 0 to N - 1 in a float blob.

    Example:
        layer { name: "pick" type: "BatchReindex" bottom: "x" bottom: "index" top: "picked" }

    Source: caffe/src/caffe/layers/batch_reindex_layer.cpp.
    """

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 1)
        check_num_axes(bottom[1], 1, 1)
        return [(*bottom[1], *bottom[0][1:])]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x, index = bottom
        return [x[read_indices(index, len(x), "index")]]
