"""Norm: the channels at every place over their L2 norm."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.registry import layer
from prototxt.util.lazy import np

EPS = 1e-6
"""What is added to every norm."""


@layer("Norm", fork="others")
class Norm(Layer):
    """Divides by the L2 norm of all channels at a place.

    Formula:
        y[n, c, i] = x[n, c, i] / (sqrt(sum over channels of x[n, k, i]^2) + 1e-6)

    Shapes:
        x, y: N x C x any

    Pitfalls:
        1e-6 is added to the norm itself; Normalize adds its eps under the root. Nothing is learned.

    Example:
        layer { name: "norm8" type: "Norm" bottom: "fc8" top: "norm8" }

    Source: norm_layer.cpp of caffe-video_triplet; Wang and Gupta, Unsupervised Learning of Visual Representations
    using Videos (2015).
    """

    kind = "normalization"
    golden = "only the source text of the fork is available; the tests compute its formula by hand"

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 2)
        return [bottom[0]]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0]
        norm = np.sqrt((x * x).sum(1, keepdims=True)) + np.float32(EPS)
        return [x / norm]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values, places = count(top[0]), count(top[0][:1]) * count(top[0][2:])
        return Cost(multiplications=values, additions=values + places, divisions=values, exponentials=places)
