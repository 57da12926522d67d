"""SigmoidCrossEntropyBalanceLoss: yes or no at every place, the rarer answer weighing more."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.loss import check_item_size, scalar
from prototxt.layers.registry import layer
from prototxt.util.lazy import np


@layer("SigmoidCrossEntropyBalanceLoss", bottoms=2, loss=True, fork="others")
class SigmoidCrossEntropyBalanceLoss(Layer):
    """The cross entropy of edge maps: in each item, positives weigh the share of negatives and the other way round.

    Formula:
        p = 1 / (1 + exp(-x)); P and Q: number of targets of an item that are 1, and that are 0
        y = -1 / N * sum over n of (Q / (P + Q) * sum over t = 1 of log(p) + P / (P + Q) * sum over t = 0 of log(1 - p))

    Shapes:
        x: N x any, t: N x any with as many values
        y: a single number without axes

    Pitfalls:
        Targets other than 0 and 1 do not count. An item with one kind of target only adds 0. The weights are those of
        the paper, as its authors' Caffe computes them; the source of the fork that has this name was not read.

    Example:
        layer { name: "loss" type: "SigmoidCrossEntropyBalanceLoss" bottom: "score" bottom: "edges" top: "loss" }

    Source: holistically-nested edge detection, https://arxiv.org/abs/1504.06375, equation 2.
    """

    golden = "the fork was not built; the tests compute the paper's formula by hand"

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_item_size(bottom)
        return [()]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        losses, weights = self.losses(bottom[0], bottom[1].reshape(bottom[0].shape))
        return scalar((losses * weights).sum() / max(len(losses), 1))

    def losses(self, x: Array, target: Array) -> tuple[Array, Array]:
        """The loss of every value, and its weight: N x values."""
        x, target = (blob.reshape(len(blob), count(blob.shape[1:])) for blob in (x, target))
        losses = np.maximum(x, 0) - x * (target == 1) + np.log1p(np.exp(-np.abs(x)))
        yes, no = (
            np.count_nonzero(target == value, axis=1, keepdims=True).astype(np.float32) for value in (1, 0)
        )
        both = np.maximum(yes + no, 1)
        return losses, np.where(target == 1, no / both, np.where(target == 0, yes / both, np.float32(0)))

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values, items = count(bottom[0]), bottom[0][0]
        return Cost(
            comparisons=3 * values,
            multiplications=2 * values,
            additions=5 * values,
            exponentials=2 * values,
            divisions=2 * items + 1,
        )
