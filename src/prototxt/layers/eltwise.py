"""Eltwise: bottoms of one shape are added, multiplied or compared, value by value."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from prototxt.blobs import Array, Shape, count
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_one_shape
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import EltwiseParameter, LayerParameter
from prototxt.util.lazy import np


@layer("Eltwise", bottoms=(1, None))
class Eltwise(Layer):
    """The sum, product or maximum of its bottoms.

    Formula:
        SUM:  y = coeff_0 * x_0 + coeff_1 * x_1 + ...   (coeff 1 where none is given)
        PROD: y = x_0 * x_1 * ...
        MAX:  y = max(x_0, x_1, ...)

    Shapes:
        x_i: any, all alike
        y: like x_0

    Pitfalls:
        Nothing is broadcast: a bottom of N x C x 1 x 1 does not fit N x C x H x W. `coeff` is for SUM only. Caffe wants
        two bottoms or more; FlowNet's fork takes one with a `coeff`, y = coeff_0 * x_0.

    Example:
        layer {
          name: "res2a" type: "Eltwise" bottom: "branch1" bottom: "branch2" top: "res2a"
          eltwise_param { operation: SUM }
        }

    Source: caffe/src/caffe/layers/eltwise_layer.cpp; FlowNet 2's fork for a single bottom.
    """

    kind = "junction"

    def setup(self, param: LayerParameter) -> None:
        p = param.eltwise_param
        self.operation = EltwiseParameter.EltwiseOp.Name(p.operation)
        self.coeff: tuple[float, ...] = tuple(p.coeff)
        if self.num_bottoms == 1 and not self.coeff:
            hint = "one bottom is for FlowNet's fork, with a coeff that scales it"
            raise LayerError("takes at least 2 bottoms, has 1", field="bottom", hint=hint)
        if self.coeff and self.operation != "SUM":
            raise LayerError(f"coeff is for SUM only, not {self.operation}", field="coeff")
        if self.coeff and len(self.coeff) != self.num_bottoms:
            what = f"{len(self.coeff)} values of coeff for {self.num_bottoms} bottoms; give one each"
            raise LayerError(what, field="coeff")

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_one_shape(bottom)
        return [bottom[0]]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        if self.operation == "PROD":
            return [reduce(np.multiply, bottom)]
        if self.operation == "MAX":
            return [reduce(np.maximum, bottom)]
        if self.coeff:
            bottom = [np.float32(c) * x for c, x in zip(self.coeff, bottom, strict=True)]
        return [reduce(np.add, bottom)]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        steps = (len(bottom) - 1) * count(top[0])
        if self.operation == "PROD":
            return Cost(multiplications=steps)
        if self.operation == "MAX":
            return Cost(comparisons=steps)
        return Cost(additions=steps, multiplications=len(bottom) * count(top[0]) if self.coeff else 0)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return self.operation
