"""Scale: values are multiplied by a smaller array laid along some axes, one factor per channel by default."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Param
from prototxt.layers.common.axes import along, check_operand, run_of_axes
from prototxt.layers.common.per_channel import PerChannel, lies_on_channels
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import FillerParameter, LayerParameter


@layer("Scale", bottoms=(1, 2))
class Scale(PerChannel):
    """Multiplies by learned factors, or by the second bottom; `bias_term` adds learned offsets.

    Formula:
        y[n, c, h, w] = x[n, c, h, w] * a[c] + b[c]   (axis 1, num_axes 1)

    Shapes:
        x: N x C x H x W
        a, b: the `num_axes` axes of x from `axis` on; -1 means all that follow, 0 a scalar
        y: like x
        With two bottoms the second is a: its axes must equal those of x from `axis` on, num_axes is not read,
        and b, if any, is the only learned array.

    Pitfalls:
        bias_term is false unless said otherwise. After BatchNorm this layer holds gamma and beta.

    Example:
        layer {
          name: "scale1" type: "Scale" bottom: "conv1" top: "conv1"
          scale_param { bias_term: true }
        }

    Source: caffe/src/caffe/layers/scale_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.scale_param
        self.axis: int = p.axis
        self.num_axes: int = p.num_axes
        self.bias_term: bool = p.bias_term
        # Factors start at 1, so that an untrained layer changes nothing.
        ones = FillerParameter(type="constant", value=1)
        self.filler, self.bias_filler = (p.filler if p.HasField("filler") else ones), p.bias_filler

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        learned = (
            () if len(bottom) > 1 else (Param(self._operand_shape(bottom), self.filler, name="factors"),)
        )
        if not self.bias_term:
            return learned
        return (*learned, Param(self._operand_shape(bottom), self.bias_filler, name="offsets"))

    def _operand_shape(self, bottom: Sequence[Shape]) -> Shape:
        return bottom[1] if len(bottom) > 1 else run_of_axes(bottom[0], self.axis, self.num_axes)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_operand(bottom[0], self.axis, self._operand_shape(bottom))
        return [bottom[0]]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x, (factor, *offset) = bottom[0], [*bottom[1:], *params]
        y = x * along(factor, self.axis, x.ndim)
        return [y + along(offset[0], self.axis, x.ndim) if self.bias_term else y]

    def is_per_channel(self, bottom: Sequence[Shape]) -> bool:
        return len(bottom) == 1 and lies_on_channels(self.axis, self._operand_shape(bottom), bottom[0])

    def per_channel(self, params: Sequence[Array]) -> tuple[Array, Array | None]:
        return params[0], params[1] if self.bias_term else None

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = count(top[0])
        return Cost(multiplications=values, additions=values if self.bias_term else 0)
