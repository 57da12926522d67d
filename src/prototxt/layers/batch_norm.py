"""BatchNorm: every channel is shifted and scaled to mean 0 and variance 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from prototxt.blobs import TEST, Array, Shape, count
from prototxt.layers.base import Cost, Param
from prototxt.layers.common.axes import along, check_num_axes
from prototxt.layers.common.channels import moments
from prototxt.layers.common.per_channel import PerChannel
from prototxt.layers.outcomes import Ignored, Outcome, ignore
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("BatchNorm")
class BatchNorm(PerChannel):
    """Normalizes each channel with stored statistics, or with those of the batch itself while training.

    Formula:
        y[n, c] = (x[n, c] - mean[c]) / sqrt(var[c] + eps)
        stored: mean = b0 / b2, var = b1 / b2, both 0 where the factor b2 is 0
        batch:  mean and var over N, H, W of x; var divides by m = N*H*W. The stored sums then move on:
            b0 = b0 * fraction + mean, b1 = b1 * fraction + var * m / (m - 1), b2 = b2 * fraction + 1
            with fraction = moving_average_fraction

    Shapes:
        x: N x C x any, b0: C, b1: C, b2: 1
        y: like x

    Pitfalls:
        There is no gamma and no beta: a Scale layer with bias_term follows. NVCaffe's layer has them under
        `scale_bias`. The stored sums must be divided by the factor b2. Without use_global_stats the phase
        decides: stored at TEST, the batch's at TRAIN. `use_global_stats: false` moves the stored sums on with every
        forward, at TEST too.

    Example:
        layer { name: "bn1" type: "BatchNorm" bottom: "conv1" top: "conv1" }

    Source: caffe/src/caffe/layers/batch_norm_layer.cpp.
    """

    ignores: ClassVar[Mapping[str, Ignored]] = ignore(
        Outcome.QUIET, "this is the layer without a scale and a bias", "batch_norm_param.use_weight_bias"
    ) | ignore(
        Outcome.WARNS,
        "the layer is taken as BatchNorm without a scale and a bias",
        "batch_norm_param.filler",
        "batch_norm_param.bias_term",
    )

    @property
    def stateful(self) -> bool:
        return not self.use_global_stats

    def setup(self, param: LayerParameter) -> None:
        p = param.batch_norm_param
        self.eps: float = p.eps
        self.moving_average_fraction: float = p.moving_average_fraction
        self.use_global_stats: bool = (
            p.use_global_stats if p.HasField("use_global_stats") else self.phase == TEST
        )

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        check_num_axes(bottom[0], 2)
        per_channel = (bottom[0][1],)
        shapes = {"mean": per_channel, "variance": per_channel, "factor": (1,)}
        return tuple(Param(shape, statistic=True, name=name) for name, shape in shapes.items())

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 2)
        return [bottom[0]]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0]
        mean, variance = self.statistics(params) if self.use_global_stats else moments(x)
        if not self.use_global_stats:
            self.move_on(params, mean, variance, x.size // x.shape[1])
        deviation = np.sqrt(variance + np.float32(self.eps))
        return [(x - along(mean, 1, x.ndim)) / along(deviation, 1, x.ndim)]

    def is_per_channel(self, bottom: Sequence[Shape]) -> bool:
        return self.use_global_stats

    def per_channel(self, params: Sequence[Array]) -> tuple[Array, Array]:
        mean, variance = self.statistics(params)
        factor = 1 / np.sqrt(variance + np.float32(self.eps))
        return factor, -mean * factor

    def statistics(self, params: Sequence[Array]) -> tuple[Array, Array]:
        """Mean and variance from the stored sums."""
        factor = params[2][0]
        scale = np.float32(1 / factor if factor else 0)
        return params[0] * scale, params[1] * scale

    def move_on(self, params: Sequence[Array], mean: Array, variance: Array, m: int) -> None:
        """Change the stored sums by the statistics of a batch of m values per channel."""
        unbiased = variance * np.float32(m / (m - 1) if m > 1 else 1)
        for stored, news in zip(params[:3], (mean, unbiased, np.ones(1, np.float32)), strict=True):
            stored *= np.float32(self.moving_average_fraction)
            stored += news

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values, channels = count(top[0]), top[0][1]
        normalize = Cost(additions=values + channels, divisions=values, exponentials=channels)
        if self.use_global_stats:
            return normalize + Cost(multiplications=2 * channels, divisions=1)
        return normalize + Cost(additions=3 * values, multiplications=values, divisions=2 * channels)
