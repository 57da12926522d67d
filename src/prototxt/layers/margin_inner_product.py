"""MarginInnerProduct: the scores of SphereFace (A-Softmax)."""

from __future__ import annotations

from prototxt.blobs import Array
from prototxt.layers.common.margin import MarginLayer, lengths, not_zero
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("MarginInnerProduct", bottoms=2, tops=(1, 2), fork="others")
class MarginInnerProduct(MarginLayer):
    """An inner product with weights of length 1; the angle between an item and its own class counts m times.

    Formula:
        y[n, o] = |x[n]| * cos t, t the angle between x[n] and w[o]; for o = label[n] with m > 1
        y[n, o] = |x[n]| * (lambda * cos t + (-1)^k * cos(m * t) - 2 * k) / (1 + lambda),
            k * pi / m <= t <= (k + 1) * pi / m
        m: 1 for SINGLE, 2 for DOUBLE, 3 for TRIPLE, 4 for QUADRUPLE
        lambda = max(base * (1 + gamma * i)^-power, lambda_min), i: `iteration` and the forwards so far, with this one

    Shapes:
        x: N x K, where K is the product of `axis` and all axes after it, label: N, w: num_output x K
        y: N x num_output; the axes before `axis` stay. A second top is lambda, a single number on one axis

    Pitfalls:
        Every forward counts, in TEST too, so that two forwards with the same input differ while lambda falls. Rows of w
        of any length are taken as of length 1. Deployed nets end before this layer.

    Example:
        layer {
          name: "fc6" type: "MarginInnerProduct" bottom: "fc5" bottom: "label" top: "fc6" top: "lambda"
          margin_inner_product_param { num_output: 10572 type: QUADRUPLE base: 1000 gamma: 0.12 power: 1 lambda_min: 5 }
        }

    Source: margin_inner_product_layer.cpp of SphereFace; https://arxiv.org/abs/1704.08063
    """

    golden = "the fork was not built; the tests compute the paper's formula by hand"

    def setup(self, param: LayerParameter) -> None:
        self.take(param.margin_inner_product_param)

    def rows(self, weights: Array) -> Array:
        return weights / not_zero(lengths(weights))[:, None]
