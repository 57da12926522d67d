"""MVN: every channel, or image, is brought to mean 0 and variance 1."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes, four_axes
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("MVN")
class MVN(Layer):
    """Subtracts the mean and divides by the standard deviation, image by image, channel by channel.

    Formula:
        y = (x - mean) / (sqrt(mean of (x - mean)^2) + eps)
        means over H and W of each channel; over C, H and W of each image with across_channels
        normalize_variance: false gives y = x - mean

    Shapes:
        x: N x C x H x W
        y: like x; a bottom of fewer axes gets last axes of 1

    Pitfalls:
        eps stands outside the root. N x C without H and W has one value per channel: it becomes 0, unless
        across_channels is set.

    Example:
        layer { name: "mvn" type: "MVN" bottom: "x" top: "y" mvn_param { across_channels: true } }

    Source: caffe/src/caffe/layers/mvn_layer.cpp.
    """

    kind = "normalization"

    def setup(self, param: LayerParameter) -> None:
        p = param.mvn_param
        self.normalize_variance: bool = p.normalize_variance
        self.across_channels: bool = p.across_channels
        self.eps: float = p.eps

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 0, 4)
        return [four_axes(bottom[0])]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0].reshape(self.shapes([bottom[0].shape])[0])
        axes = (1, 2, 3) if self.across_channels else (2, 3)
        centred = x - x.mean(axes, keepdims=True)
        if not self.normalize_variance:
            return [centred]
        deviation = np.sqrt(np.square(centred).mean(axes, keepdims=True))
        return [centred / (deviation + np.float32(self.eps))]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values, means = count(top[0]), count(top[0][: 1 if self.across_channels else 2])
        centre = Cost(additions=2 * values, divisions=means)
        if not self.normalize_variance:
            return centre
        return centre + Cost(
            additions=values + means, multiplications=values, divisions=values + means, exponentials=means
        )
