"""BatchNorm of NVCaffe: the normalization and the scale and bias after it in one layer."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import TEST, Array, Shape, count
from prototxt.layers.base import Cost, Layer, Param
from prototxt.layers.batch_norm import BatchNorm
from prototxt.layers.common.axes import along
from prototxt.layers.common.fields import given
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import FillerParameter, LayerParameter
from prototxt.util.lazy import np

LEAST_EPS = 1e-5
"""CUDNN_BN_MIN_EPSILON: NVCaffe takes no smaller eps."""

COPIES = 2
"""The number of forwards whose statistics NVCaffe copies, before it averages."""


@layer("BatchNorm", fork="nvcaffe")
class NVCaffeBatchNorm(BatchNorm):
    """Normalizes each channel, then applies a learned scale and bias.

    Formula:
        y[n, c] = (x[n, c] - mean[c]) / sqrt(var[c] + eps) * scale[c] + bias[c]
        stored: mean = b0 / b2, var = b1 / b2, as they are where the factor b2 is 0
        batch:  mean and (biased) var over N, H, W of x. The stored ones then move on, the first two times to
            the batch's own: b0 = b0 * fraction + (1 - fraction) * mean, b1 alike with var

    Shapes:
        x: N x C x any; b0, b1, scale and bias: C, b2: 1
        y: like x

    Pitfalls:
        `scale_bias: true` says so, or a scale_filler or bias_filler. The phase decides between stored and batch
        statistics, whatever use_global_stats says, and eps is at least 1e-5. NVCaffe 0.15 stored scale and bias first;
        its files load too. Intel's Caffe has the same layer under `use_weight_bias: true` (`bias_term: false` leaves
        out the bias), where use_global_stats counts and the stored sums are those of Caffe's BatchNorm.

    Example:
        layer {
          name: "bn1" type: "BatchNorm" bottom: "conv1" top: "conv1"
          batch_norm_param { moving_average_fraction: 0.9 eps: 0.0001 scale_bias: true }
        }

    Source: batch_norm_layer.cpp and net.cpp (CopyTrainedLayersFrom) of NVIDIA's fork; mkldnn_batch_norm_layer.cpp of
    Intel's.
    """

    ignores = Layer.ignores

    @classmethod
    def matches(cls, param: LayerParameter, stored: int | None) -> bool | None:
        p = param.batch_norm_param
        if p.scale_bias or given(p, ("scale_filler", "bias_filler")):
            return True
        if p.HasField("use_weight_bias"):
            return p.use_weight_bias
        return stored in (4, 5)

    def setup(self, param: LayerParameter) -> None:
        super().setup(param)
        p = param.batch_norm_param
        of_nvidia = p.scale_bias or bool(given(p, ("scale_filler",)))
        self.of_intel = p.use_weight_bias and bool(given(p, ("use_weight_bias", "filler"))) and not of_nvidia
        self.bias_term: bool = p.bias_term
        self.scale_filler = _first_given(1, p.scale_filler, p.filler)
        self.bias_filler = _first_given(0, p.bias_filler)
        self._forwards = 0
        if not self.of_intel:
            self.use_global_stats = self.phase == TEST
            self.eps = max(self.eps, LEAST_EPS)

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        statistics = super().params(bottom)
        shape = (bottom[0][1],)
        scale, bias = (
            Param(shape, filler, name=name)
            for filler, name in ((self.scale_filler, "scale"), (self.bias_filler, "bias"))
        )
        return (*statistics, scale, bias) if self.bias_term else (*statistics, scale)

    @classmethod
    def stored_order(cls, shapes: Sequence[Shape]) -> tuple[int, ...] | None:
        if len(shapes) == 5 and count(shapes[4]) == 1 < count(shapes[0]):
            return (2, 3, 4, 0, 1)  # 0.15: scale, bias, mean, variance, factor
        return tuple(range(len(shapes)))

    def adopt_state(self, former: Layer) -> None:
        if isinstance(former, NVCaffeBatchNorm):
            self._forwards = former._forwards

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        (y,) = super().forward(bottom, params)
        y = y * along(params[3], 1, y.ndim)
        return [y + along(params[4], 1, y.ndim) if self.bias_term else y]

    def per_channel(self, params: Sequence[Array]) -> tuple[Array, Array]:
        factor, offset = super().per_channel(params)
        scaled = offset * params[3]
        return factor * params[3], scaled + params[4] if self.bias_term else scaled

    def statistics(self, params: Sequence[Array]) -> tuple[Array, Array]:
        factor = params[2][0]
        scale = np.float32(1 / factor if factor else 1)
        return params[0] * scale, params[1] * scale

    def move_on(self, params: Sequence[Array], mean: Array, variance: Array, m: int) -> None:
        if self.of_intel:
            super().move_on(params, mean, variance, m)
            return
        fraction = np.float32(self.moving_average_fraction if self._forwards >= COPIES else 0)
        for stored, news in zip(params, (mean, variance), strict=False):
            stored *= fraction
            stored += (1 - fraction) * news
        params[2][...] = 1
        self._forwards += 1

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = count(top[0])
        return super().cost(bottom, top) + Cost(multiplications=values, additions=self.bias_term * values)


def _first_given(default: float, *fillers: FillerParameter) -> FillerParameter:
    """The first of these fillers that a file gives, or that of a constant."""
    given = (filler for filler in fillers if filler.ByteSize())
    return next(given, FillerParameter(type="constant", value=default))
