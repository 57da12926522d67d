"""SigmoidCrossEntropyLoss: a yes or no for every value, each with a log loss."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.labels import ignore_label
from prototxt.layers.common.loss import check_item_size, divisor, normalization, scalar
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("SigmoidCrossEntropyLoss", bottoms=2, loss=True)
class SigmoidCrossEntropyLoss(Layer):
    """The log loss of sigmoids against targets of 0 to 1, value by value.

    Formula:
        p = 1 / (1 + exp(-x))
        y = -1 / D * sum of t * log(p) + (1 - t) * log(1 - p), over all values whose target counts
        computed as the sum of max(x, 0) - x * t + log(1 + exp(-|x|)), which cannot overflow
        D: N for BATCH_SIZE (the default here), all values for FULL, those that count for VALID, 1 for NONE

    Shapes:
        x: N x any, t: N x any with as many values
        y: a single number without axes

    Pitfalls:
        It is divided by the items, not by the values, unless `normalization` says otherwise; `normalize: true` is
        the old way to say VALID. A target is cut to a whole number to compare it with ignore_label: 1 ignores
        1.7, and 0 ignores every target between -1 and 1.

    Example:
        layer {
          name: "loss" type: "SigmoidCrossEntropyLoss" bottom: "score" bottom: "target" top: "loss"
          loss_param { normalization: VALID }
        }

    Source: caffe/src/caffe/layers/sigmoid_cross_entropy_loss_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        self.ignore_label = ignore_label(param.loss_param)
        self.normalization = normalization(param.loss_param, "BATCH_SIZE")

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_item_size(bottom)
        return [()]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x, target = bottom[0], bottom[1].reshape(bottom[0].shape)
        losses = np.maximum(x, 0) - x * target + np.log1p(np.exp(-np.abs(x)))
        if self.ignore_label is not None:
            losses = losses[np.trunc(target) != self.ignore_label]
        return scalar(losses.sum() / divisor(self.normalization, len(x), count(x.shape[1:]), losses.size))

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = count(bottom[0])
        return Cost(
            comparisons=(2 if self.ignore_label is None else 3) * values,
            multiplications=values,
            additions=4 * values,
            exponentials=2 * values,
            divisions=1,
        )
