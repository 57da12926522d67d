"""MultinomialLogisticLoss: the log loss of probabilities that another layer made."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.labels import read_labels
from prototxt.layers.common.loss import LOG_THRESHOLD, check_batch, check_one_label, scalar
from prototxt.layers.registry import layer
from prototxt.util.lazy import np


@layer("MultinomialLogisticLoss", bottoms=2, loss=True)
class MultinomialLogisticLoss(Layer):
    """The mean negative logarithm of the probability of the right class.

    Formula:
        y = -1 / N * sum over n of log(max(x[n, label[n]], 1e-20))

    Shapes:
        x: N x K, where K is the product of all axes after the first; labels: N
        y: a single number without axes

    Pitfalls:
        The bottom holds probabilities, not scores: SoftmaxWithLoss takes scores.

    Example:
        layer { name: "loss" type: "MultinomialLogisticLoss" bottom: "prob" bottom: "label" top: "loss" }

    Source: caffe/src/caffe/layers/multinomial_logistic_loss_layer.cpp.
    """

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_batch(bottom)
        check_one_label(bottom)
        return [()]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        items, classes = len(bottom[0]), count(bottom[0].shape[1:])
        labels, _ = read_labels(bottom[1].reshape(items), classes)
        right = bottom[0].reshape(items, classes)[np.arange(items), labels]
        return scalar(-np.log(np.maximum(right, LOG_THRESHOLD)).sum() / max(items, 1))

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        items = bottom[0][0]
        return Cost(comparisons=items, exponentials=items, additions=items, divisions=1)
