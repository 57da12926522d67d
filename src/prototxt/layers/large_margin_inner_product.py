"""LargeMarginInnerProduct: the scores of the large-margin softmax (L-Softmax)."""

from __future__ import annotations

from prototxt.blobs import Array
from prototxt.layers.common.margin import MarginLayer
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("LargeMarginInnerProduct", bottoms=2, tops=(1, 2), fork="others")
class LargeMarginInnerProduct(MarginLayer):
    """An inner product; the angle between an item and the weights of its own class counts m times.

    Formula:
        y[n, o] = |x[n]| * |w[o]| * cos t, t the angle between x[n] and w[o]; for o = label[n] with m > 1
        y[n, o] = |x[n]| * |w[o]| * (lambda * cos t + (-1)^k * cos(m * t) - 2 * k) / (1 + lambda),
            k * pi / m <= t <= (k + 1) * pi / m
        m: 1 for SINGLE, 2 for DOUBLE, 3 for TRIPLE, 4 for QUADRUPLE
        lambda = max(base * (1 + gamma * i)^-power, lambda_min), i: `iteration` and the forwards so far, with this one

    Shapes:
        x: N x K, where K is the product of `axis` and all axes after it, label: N, w: num_output x K
        y: N x num_output; the axes before `axis` stay. A second top is lambda, a single number on one axis

    Pitfalls:
        Every forward counts, in TEST too, so that two forwards with the same input differ while lambda falls.
        MarginInnerProduct is the same with weights of length 1. Deployed nets end with a plain InnerProduct.

    Example:
        layer {
          name: "ip2" type: "LargeMarginInnerProduct" bottom: "ip1" bottom: "label" top: "ip2" top: "lambda"
          largemargin_inner_product_param { num_output: 10 type: DOUBLE base: 1000 gamma: 0.00002 power: 45 }
        }

    Source: largemargin_inner_product_layer.cpp of LargeMargin_Softmax_Loss; https://arxiv.org/abs/1612.02295
    """

    golden = "the fork was not built; the tests compute the paper's formula by hand"

    def setup(self, param: LayerParameter) -> None:
        self.take(param.largemargin_inner_product_param)

    def rows(self, weights: Array) -> Array:
        return weights
