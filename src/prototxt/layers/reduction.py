"""Reduction: sums or means over the last axes."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter, ReductionParameter
from prototxt.util.lazy import np


@layer("Reduction")
class Reduction(Layer):
    """One number for all values on `axis` and the axes after it: their sum, mean, or a sum of sizes or squares.

    Formula:
        SUM:   y[n] = coeff * sum over k of x[n, k]      MEAN: coeff / K * sum over k of x[n, k]
        ASUM:  y[n] = coeff * sum over k of |x[n, k]|    SUMSQ: coeff * sum over k of x[n, k]^2

    Shapes:
        x: N x K, where K is the product of `axis` and all axes after it
        y: the axes before `axis`; for axis 0 a single number without axes

    Pitfalls:
        The axes after `axis` go too: there is no reduction of one axis in the middle.

    Example:
        layer {
          name: "mean" type: "Reduction" bottom: "x" top: "mean"
          reduction_param { operation: MEAN axis: 1 }
        }

    Source: caffe/src/caffe/layers/reduction_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.reduction_param
        self.operation = ReductionParameter.ReductionOp.Name(p.operation)
        self.axis: int = p.axis
        self.coeff: float = p.coeff

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        return [bottom[0][: canonical_axis(self.axis, bottom[0])]]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x, shape = bottom[0], self.shapes([bottom[0].shape])[0]
        rows = x.reshape(*shape, count(x.shape[len(shape) :]))
        if self.operation == "ASUM":
            rows = np.abs(rows)
        elif self.operation == "SUMSQ":
            rows = np.square(rows)
        share = rows.shape[-1] if self.operation == "MEAN" else 1
        return [np.asarray(rows.sum(axis=-1) * np.float32(self.coeff / share), np.float32)]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values, sums = count(bottom[0]), count(top[0])
        scaled = self.coeff != 1 or self.operation == "MEAN"
        return Cost(
            additions=values,
            comparisons=values if self.operation == "ASUM" else 0,
            multiplications=(values if self.operation == "SUMSQ" else 0) + (sums if scaled else 0),
        )

    def brief(self, bottom: Sequence[Shape]) -> str:
        return self.operation
