"""BN of SegNet: learned scale and shift of every channel, normalized with the batch's own statistics or not at all."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Param
from prototxt.layers.common.axes import along, check_num_axes, four_axes
from prototxt.layers.common.channels import moments, normalized
from prototxt.layers.common.fields import check_specs, given
from prototxt.layers.common.per_channel import PerChannel
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import BNParameter, LayerParameter
from prototxt.util.lazy import np

SEGNET = ("scale_filler", "shift_filler", "bn_mode")
"""Fields that only SegNet's BN has."""

PSPNET = ("slope_filler", "bias_filler", "momentum", "eps", "frozen", "engine")
"""Fields that only PSPNet's BN has."""

EPS = 1e-9


@layer("BN", tops=(1, 3), fork="segnet")
class SegNetBN(PerChannel):
    """Scales and shifts each channel; `bn_mode: LEARN`, the default, first brings it to mean 0 and variance 1.

    Formula:
        LEARN:     y[n, c] = (x[n, c] - mean[c]) / sqrt(var[c] + 1e-9) * scale[c] + shift[c]
                   mean and (biased) var of the batch itself; a second top is mean, a third var
        INFERENCE: y[n, c] = x[n, c] * scale[c] + shift[c]

    Shapes:
        x: N x C x H x W, scale and shift: 1 x C x 1 x 1
        y: N x C x H x W, also where x has fewer axes; mean and var: 1 x C x 1 x 1

    Pitfalls:
        The phase does not count: LEARN takes the batch's statistics at TEST too, so that an image's result depends
        on those beside it. Published nets for inference say INFERENCE, and statistics are in their scale and shift.
        Without fillers both start at 0. The fork takes var as the mean square minus the squared mean, which is NaN
        where the mean is far larger than the spread; here it is the mean of squared distances. PSPNet's BN has the
        same name and four learned arrays.

    Example:
        layer {
          name: "conv1_1_bn" type: "BN" bottom: "conv1_1" top: "conv1_1"
          bn_param { bn_mode: INFERENCE scale_filler { type: "constant" value: 1 } }
        }

    Source: caffe-segnet/src/caffe/layers/bn_layer.cpp.
    """

    @classmethod
    def matches(cls, param: LayerParameter, stored: int | None) -> bool | None:
        if given(param.bn_param, SEGNET) or len(param.top) > 1 or stored == 2:
            return True
        others = given(param.bn_param, PSPNET) or len(param.param) > 2
        return False if others or stored == 4 else None

    def setup(self, param: LayerParameter) -> None:
        self.scale_filler, self.shift_filler = param.bn_param.scale_filler, param.bn_param.shift_filler
        self.learns: bool = param.bn_param.bn_mode == BNParameter.LEARN
        check_specs(param, 2)
        if self.num_tops > 1 and not self.learns:
            raise LayerError(f"{self.num_tops} tops, but bn_mode INFERENCE has no statistics", field="top")

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        check_num_axes(bottom[0], 2, 4)
        shape = (1, bottom[0][1], 1, 1)
        return Param(shape, self.scale_filler, name="scale"), Param(shape, self.shift_filler, name="shift")

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 2, 4)
        statistics: Shape = (1, bottom[0][1], 1, 1)
        return [four_axes(bottom[0]), statistics, statistics][: max(self.num_tops, 1)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0].reshape(four_axes(bottom[0].shape))
        scale, shift = self.per_channel(params)
        if not self.learns:
            return [x * along(scale, 1, 4) + along(shift, 1, 4)]
        mean, variance = moments(x)
        factor = scale / np.sqrt(variance + np.float32(EPS))
        y = normalized(x, mean, factor, shift)
        return [y, along(mean, 1, 4)[None], along(variance, 1, 4)[None]][: max(self.num_tops, 1)]

    def is_per_channel(self, bottom: Sequence[Shape]) -> bool:
        return not self.learns and len(bottom[0]) == 4

    def per_channel(self, params: Sequence[Array]) -> tuple[Array, Array]:
        scale, shift = (param.reshape(-1) for param in params)
        return scale, shift

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values, channels = count(top[0]), top[0][1]
        scaled = Cost(multiplications=values, additions=values)
        if not self.learns:
            return scaled
        return scaled + Cost(
            additions=3 * values + channels,
            multiplications=values,
            divisions=3 * channels,
            exponentials=channels,
        )

    def brief(self, bottom: Sequence[Shape]) -> str:
        return "batch" if self.learns else ""
