"""BN of PSPNet: every channel is brought to mean 0 and variance 1, then to a learned slope and bias, in one layer."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import TEST, Array, Shape, count
from prototxt.layers.base import Cost, Param
from prototxt.layers.bn_segnet import SegNetBN
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.channels import moments, normalized
from prototxt.layers.common.fields import check_specs
from prototxt.layers.common.per_channel import PerChannel
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import FillerParameter, LayerParameter
from prototxt.util.lazy import np

PARAM_NAMES = ("slope", "bias", "mean", "variance")
STATISTICS = PARAM_NAMES[2:]


@layer("BN", fork="pspnet")
class PSPNetBN(PerChannel):
    """Normalizes each channel with stored statistics, or with the batch's own while training; slope and bias follow.

    Formula:
        y[n, c] = (x[n, c] - mean[c]) / sqrt(var[c] + eps) * slope[c] + bias[c]
        stored: mean = b2, var = b3, at TEST and with `frozen: true`
        batch:  mean and (biased) var of x, at TRAIN. The stored ones then move on:
            b2 = momentum * b2 + (1 - momentum) * mean, b3 = momentum * b3 + (1 - momentum) * var

    Shapes:
        x: N x C x any; slope, bias, b2 and b3: 1 x C x 1 x 1
        y: like x

    Pitfalls:
        The stored statistics have no factor, unlike those of BatchNorm. Without fillers slope and bias start
        at 0. The stored variance starts at 0, frozen at 1. SegNet's BN has the same name and two learned arrays.

    Example:
        layer {
          name: "conv1/bn" type: "BN" bottom: "conv1" top: "conv1"
          bn_param { slope_filler { type: "constant" value: 1 } bias_filler { type: "constant" value: 0 } }
        }

    Source: PSPNet/src/caffe/layers/bn_layer.cpp.
    """

    @classmethod
    def matches(cls, param: LayerParameter, stored: int | None) -> bool | None:
        sign = SegNetBN.matches(param, stored)
        return None if sign is None else not sign

    @property
    def stateful(self) -> bool:
        return not self.stored

    def setup(self, param: LayerParameter) -> None:
        p = param.bn_param
        self.eps: float = p.eps
        self.momentum: float = p.momentum
        self.stored: bool = p.frozen or self.phase == TEST
        one = FillerParameter(type="constant", value=1 if p.frozen else 0)
        self.fillers = (p.slope_filler, p.bias_filler, None, one)
        check_specs(param, 4)

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        check_num_axes(bottom[0], 2, 4)
        shape = (1, bottom[0][1], 1, 1)
        pairs = zip(PARAM_NAMES, self.fillers, strict=True)
        return tuple(Param(shape, filler, name in STATISTICS, name=name) for name, filler in pairs)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 2, 4)
        return [bottom[0]]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        slope, bias, *statistics = (param.reshape(-1) for param in params)
        mean, variance = statistics if self.stored else moments(bottom[0])
        if not self.stored:
            for kept, news in zip(params[2:], (mean, variance), strict=True):
                kept *= np.float32(self.momentum)
                kept += np.float32(1 - self.momentum) * news.reshape(kept.shape)
        return [normalized(bottom[0], mean, self._inverse(variance) * slope, bias)]

    def _inverse(self, variance: Array) -> Array:
        inverse: Array = 1 / np.sqrt(variance + np.float32(self.eps))
        return inverse

    def is_per_channel(self, bottom: Sequence[Shape]) -> bool:
        return self.stored

    def per_channel(self, params: Sequence[Array]) -> tuple[Array, Array]:
        slope, bias, mean, variance = (param.reshape(-1) for param in params)
        factor = self._inverse(variance) * slope
        return factor, bias - mean * factor

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values, channels = count(top[0]), top[0][1]
        normalize = Cost(
            additions=2 * values + channels,
            multiplications=values + channels,
            divisions=channels,
            exponentials=channels,
        )
        if self.stored:
            return normalize
        moved = Cost(additions=2 * channels, multiplications=4 * channels)
        return normalize + moved + Cost(additions=3 * values, multiplications=values, divisions=2 * channels)
