"""EuclideanLoss: half the mean squared distance."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.loss import check_item_size, scalar
from prototxt.layers.registry import layer
from prototxt.util.lazy import np


@layer("EuclideanLoss", bottoms=2, loss=True)
class EuclideanLoss(Layer):
    """The squared differences of two bottoms, summed, over twice the number of items.

    Formula:
        y = 1 / (2 * N) * sum of (a - b)^2

    Shapes:
        a: N x any, b: N x any with as many values
        y: a single number without axes

    Pitfalls:
        It is divided by the items, not by the values: more pixels make a larger loss.

    Example:
        layer { name: "loss" type: "EuclideanLoss" bottom: "pred" bottom: "label" top: "loss" }

    Source: caffe/src/caffe/layers/euclidean_loss_layer.cpp.
    """

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_item_size(bottom)
        return [()]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        difference = bottom[0] - bottom[1].reshape(bottom[0].shape)
        return scalar(np.square(difference).sum() / max(len(difference), 1) / 2)

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = count(bottom[0])
        return Cost(additions=2 * values, multiplications=values, divisions=2)
