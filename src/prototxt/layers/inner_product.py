"""InnerProduct: every output is a weighted sum of all inputs of an image, the fully connected layer."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer, Param
from prototxt.layers.common.axes import as_matrix, canonical_axis
from prototxt.layers.common.fields import check_given, check_least
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("InnerProduct")
class InnerProduct(Layer):
    """Flattens each image into a vector of K values and multiplies it with a matrix.

    Formula:
        y[n, o] = b[o] + sum over k of w[o, k] * x[n, k]

    Shapes:
        x: N x K, where K is the product of `axis` and all axes after it, w: num_output x K, b: num_output
        y: N x num_output; the axes before `axis` stay
        `transpose: true` stores w as K x num_output.

    Pitfalls:
        K is fixed by the input's height and width: an InnerProduct after convolutions ties the net to one
        image size. C varies slowest in K: weights from a channels-last program must be reordered.

    Example:
        layer {
          name: "fc8" type: "InnerProduct" bottom: "fc7" top: "fc8"
          inner_product_param { num_output: 1000 }
        }

    Source: caffe/src/caffe/layers/inner_product_layer.cpp.
    """

    kind = "product"

    def setup(self, param: LayerParameter) -> None:
        p = param.inner_product_param
        self.num_output: int = p.num_output
        self.bias_term: bool = p.bias_term
        self.transpose: bool = p.transpose
        self.axis: int = p.axis
        self.weight_filler, self.bias_filler = p.weight_filler, p.bias_filler
        check_given(p, "num_output")
        check_least(self.num_output, 1, "num_output")

    def matrix(self, shape: Shape) -> tuple[int, int]:
        """A bottom as a matrix: M vectors of K values."""
        return as_matrix(self.axis, shape)

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        k = self.matrix(bottom[0])[1]
        shape = (k, self.num_output) if self.transpose else (self.num_output, k)
        weight = Param(shape, self.weight_filler, name="weights")
        bias = Param((self.num_output,), self.bias_filler, name="bias")
        return (weight, bias) if self.bias_term else (weight,)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        return [(*bottom[0][: canonical_axis(self.axis, bottom[0])], self.num_output)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0]
        y = x.reshape(self.matrix(x.shape)) @ (params[0] if self.transpose else params[0].T)
        if self.bias_term:
            y = y + params[1]
        return [y.reshape(self.shapes([x.shape])[0])]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = count(top[0])
        return Cost(macs=values * self.matrix(bottom[0])[1], additions=values if self.bias_term else 0)
