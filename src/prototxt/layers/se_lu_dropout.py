"""SeLuDropout: the dropout that goes with SeLu."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from prototxt.blobs import TRAIN, Array, Shape, count
from prototxt.layers.base import Cost
from prototxt.layers.dropout import Dropout
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("SeLuDropout", fork="others")
class SeLuDropout(Dropout):
    """Sets a share of the values to alpha while training, and moves all so that mean and variance stay (alpha dropout).

    Formula:
        TRAIN: y = a * (x or alpha) + b, alpha with a chance of dropout_ratio;
            q = 1 - dropout_ratio, a = 1 / sqrt(q * (1 + alpha^2 * dropout_ratio)), b = -a * dropout_ratio * alpha
        TEST:  y = x

    Shapes:
        x: any, y alike

    Pitfalls:
        alpha is -lambda * alpha of SeLu, what that makes of minus infinity. Mean 0 and variance 1 are kept, others
        are not.

    Example:
        layer {
          name: "drop6" type: "SeLuDropout" bottom: "fc6" top: "fc6"
          selu_dropout_param { dropout_ratio: 0.05 }
        }

    Source: SNNs-Self-Normalizing-Neural-Networks-Caffe-Reimplementation, selu_dropout_layer.cpp;
    https://arxiv.org/abs/1706.02515
    """

    golden = "only the source text of the fork is available"

    def setup(self, param: LayerParameter) -> None:
        p = param.selu_dropout_param
        self.take(p.dropout_ratio, drops=self.phase == TRAIN)
        self.alpha: float = p.alpha

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0]
        if not self.drops:
            return [x]
        q = 1 - self.dropout_ratio
        a = 1 / sqrt(q * (1 + self.alpha**2 * self.dropout_ratio))
        b = -a * self.dropout_ratio * self.alpha
        keep = self.rng.random(self.together(x.shape), np.float32) >= np.float32(self.dropout_ratio)
        return [np.float32(a) * np.where(keep, x, np.float32(self.alpha)) + np.float32(b)]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = count(top[0]) if self.drops else 0
        return Cost(comparisons=values, multiplications=values, additions=values)
