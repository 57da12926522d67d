"""L2Norm: every item over its L2 norm."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.registry import layer
from prototxt.util.lazy import np


@layer("L2Norm", fork="others")
class L2Norm(Layer):
    """Divides every item by its L2 norm, over channels and places together.

    Formula:
        y[n, i] = x[n, i] / sqrt(sum over the item of x[n, k]^2)

    Shapes:
        x, y: N x any

    Pitfalls:
        No epsilon: an item of zeros gives NaN, as in the fork. Nothing is learned.

    Example:
        layer { name: "descriptor" type: "L2Norm" bottom: "fc7" top: "descriptor" }

    Source: lp_norm_layer.cpp of caffe-sl.
    """

    kind = "normalization"
    golden = "only the source text of the fork is available; the tests compute its formula by hand"

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 1)
        return [bottom[0]]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0]
        norm = np.sqrt((x * x).sum(tuple(range(1, x.ndim)), keepdims=True))
        return [np.asarray(x / norm)]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = count(top[0])
        return Cost(multiplications=values, additions=values, divisions=values, exponentials=top[0][0])
