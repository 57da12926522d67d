"""DenseBlock: a block of a DenseNet, whose convolutions each read all maps made before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

from prototxt.blobs import TRAIN, Array, Shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer, Param
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.channels import moments
from prototxt.layers.common.fields import check_least
from prototxt.layers.common.memo import once_per_shape
from prototxt.layers.common.window import Window
from prototxt.layers.outcomes import Ignored, Outcome, ignore
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import FillerParameter, LayerParameter
from prototxt.util.lazy import np

EPS = 1e-5
"""Added to variances: the least that cuDNN's batch normalization allows."""

WIDTH = 4
"""The maps between both convolutions of a transition, in growth rates."""

MAX_TRANSITIONS = 1000
"""Trained nets have 8 to 40; each has five learned arrays."""

STATISTICS = FillerParameter(type="constant", value=1)


class Stage(NamedTuple):
    """A normalization, a ReLU and a convolution: the learned arrays, or their shapes."""

    weights: Array
    scale: Array
    bias: Array
    mean: Array
    variance: Array


NAMES = ("weights", "scale", "bias", "mean", "variance")


@layer("DenseBlock", fork="crnn")
class DenseBlock(Layer):
    """Adds maps to maps: each transition reads all that are there, normalizes them, and convolves them to a few more.

    Formula:
        y_0 = x; for k = 1 ... numTransition: y_k = y_{k-1} followed, along the channels, by
            sum over c, u, v of w_k[o, c, u, v] * z_k[n, c, i + pad_h - u, j + pad_w - v], where
            z_k = max(0, scale_k * (y_{k-1} - mean_k) / sqrt(variance_k + 1e-5) + bias_k), 0 outside the image
        use_BC: z_k goes through a convolution of 1 x 1 to 4 * growthRate maps, and these through a
            normalization and a max(0, ...) of their own, before w_k
        y = the last of them. TRAIN: mean and variance are those of the batch, and stored ones stay as they are

    Shapes:
        x: N x C x H x W; y: N x (C + numTransition * growthRate) x H x W
        With n transitions and C_k = C + (k - 1) * growthRate, in this order: n filters (growthRate x C_k x
        filter_H x filter_W), n scales, n biases, n means, n variances (1 x C_k x 1 x 1 each), a counter of 1
        use_BC: the n filters are growthRate x 4*growthRate x filter_H x filter_W, the n arrays of the others belong to
        the 1 x 1 convolution; then n filters (4*growthRate x C_k x 1 x 1) and n scales, biases, means and variances
        (1 x 4*growthRate x 1 x 1 each) of the maps between, before the counter

    Pitfalls:
        `initChannel` counts for nothing: C is that of the bottom, and trained nets have other numbers in the field.
        Kernels are turned by 180 degrees, unlike Convolution's: trained nets of the fork read text only so. The
        convolutions have no bias. Means and variances are stored as they are; the counter, which trained nets leave 0,
        divides nothing. Maps must keep their size: strides of 1, and filters of 2 * pad + 1. In TRAIN with
        use_dropout a share of dropout_amount of the new maps' values is dropped.

    Example:
        layer {
          name: "block1" type: "DenseBlock" bottom: "conv1" top: "block1"
          denseblock_param { numTransition: 8 initChannel: 64 growthRate: 8 Filter_Filler { type: "msra" } }
        }

    Source: Huang et al., Densely Connected Convolutional Networks, 2016; DenseBlock_layer.cpp of Tongcheng's Caffe,
    in caffe_ocr.
    """

    kind = "convolution"
    golden = "only the source text of the fork is available; the tests build the block of plain layers"
    ignores: ClassVar[Mapping[str, Ignored]] = (
        ignore(
            Outcome.QUIET,
            "it chooses an implementation; the numbers are the same",
            "denseblock_param.gpuIdx",
            "denseblock_param.BC_ultra_space_efficient",
            "denseblock_param.workspace_MB",
        )
        | ignore(
            Outcome.QUIET,
            "the bottom says it; nets carry other numbers in the field",
            "denseblock_param.initChannel",
        )
        | ignore(
            Outcome.CHANGES_TRAINING,
            "the statistics that training gathers would differ",
            "denseblock_param.moving_average_fraction",
        )
    )

    def setup(self, param: LayerParameter) -> None:
        p = param.denseblock_param
        self.transitions: int = p.numTransition
        self.growth: int = p.growthRate
        self.bottleneck: bool = p.use_BC
        amount: float = p.dropout_amount
        self.dropout: float = amount if p.use_dropout else 0.0
        self.filter_filler, self.scale_filler, self.bias_filler = (
            p.Filter_Filler, p.BN_Scaler_Filler, p.BN_Bias_Filler,
        )  # fmt: skip
        self.kernel: Shape = (p.filter_H, p.filter_W)
        self.pad: Shape = (p.pad_h, p.pad_w)
        for field in ("numTransition", "growthRate", "filter_H", "filter_W"):
            check_least(getattr(p, field), 1, field)
        if self.transitions > MAX_TRANSITIONS:
            what = (
                f"numTransition {self.transitions} is more than the {MAX_TRANSITIONS} that a block may have"
            )
            raise LayerError(what, field="numTransition")
        for field in ("conv_verticalStride", "conv_horizentalStride"):
            if getattr(p, field) != 1:
                what = f"{field} {getattr(p, field)}: new maps must have the size of those that they follow"
                raise LayerError(what, field=field)
        for size, pad, field in zip(self.kernel, self.pad, ("filter_H", "filter_W"), strict=True):
            if size != 2 * pad + 1:
                what = f"a filter of {size} with a pad of {pad} changes the size of maps: 2 * pad + 1 is {2 * pad + 1}"
                raise LayerError(what, field=field)
        if not 0 <= self.dropout < 1:
            what = f"dropout_amount must be at least 0 and below 1, not {self.dropout:g}"
            raise LayerError(what, field="dropout_amount")

    @property
    def between(self) -> int:
        """The maps between both convolutions of a transition, where it has two."""
        return WIDTH * self.growth

    def channels(self, initial: int, transition: int) -> int:
        """The maps that a transition, counted from 0, reads where the bottom has `initial`; of the last plus 1 all."""
        return initial + transition * self.growth

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        check_num_axes(bottom[0], 4, 4)
        read = [self.channels(bottom[0][1], k) for k in range(self.transitions)]
        inner = [self.between] * self.transitions
        stages = self._stage("", self.growth, self.kernel, inner if self.bottleneck else read, read)
        if self.bottleneck:
            # The filters of the second convolution come first, with the normalization of the first.
            stages += self._stage("between_", self.between, (1, 1), read, inner)
        return (*stages, Param((1,), statistic=True, name="counter"))

    def _stage(
        self, prefix: str, outputs: int, kernel: Shape, inputs: Sequence[int], normalized: Sequence[int]
    ) -> list[Param]:
        """n filters of so many `inputs` each, then n scales, biases, means and variances of `normalized` channels."""
        numbers = range(1, self.transitions + 1)
        weights = [
            Param((outputs, c, *kernel), self.filter_filler, name=f"{prefix}weights{k}")
            for k, c in zip(numbers, inputs, strict=True)
        ]
        fillers = (self.scale_filler, self.bias_filler, None, STATISTICS)
        return weights + [
            Param((1, c, 1, 1), filler, statistic=name in ("mean", "variance"), name=f"{prefix}{name}{k}")
            for name, filler in zip(NAMES[1:], fillers, strict=True)
            for k, c in zip(numbers, normalized, strict=True)
        ]

    @once_per_shape
    def window(self, shape: Shape) -> Window:
        """The window of one transition; a value of the last maps depends on as many of them as there are."""
        check_num_axes(shape, 4, 4)
        return Window(self.kernel, (1, 1), self.pad, (1, 1), shape[2:], shape[2:])

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 4, 4)
        n, c, height, width = bottom[0]
        return [(n, self.channels(c, self.transitions), height, width)]

    def stages(self, transition: int, params: Sequence[Array]) -> list[Stage]:
        """The one or two stages of a transition, in the order in which they are computed."""
        n = self.transitions
        first = [params[i * n + transition] for i in range(5)]
        if not self.bottleneck:
            return [Stage(*first)]
        second = [params[i * n + transition] for i in range(5, 10)]
        return [Stage(second[0], *first[1:]), Stage(first[0], *second[1:])]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        n, c, height, width = self.shapes([bottom[0].shape])[0]
        initial = bottom[0].shape[1]
        y = np.empty((n, height, width, c), np.float32)  # channels last: all products are those of matrices
        y[..., :initial] = np.moveaxis(bottom[0], 1, -1)
        for k in range(self.transitions):
            start = self.channels(initial, k)
            maps = y[..., :start]
            for stage in self.stages(k, params):
                normalization = self.normalization(np.moveaxis(maps, -1, 1), stage)
                maps = convolved(activated(maps, *normalization), stage.weights)
            y[..., start : start + self.growth] = self._dropped(maps)
        return [np.moveaxis(y, -1, 1)]

    def normalization(self, maps: Array, stage: Stage) -> tuple[Array, Array]:
        """The factor and the offset of each of these maps, N x C x H x W."""
        mean, variance = stage.mean.ravel(), stage.variance.ravel()
        if self.phase == TRAIN:
            mean, variance = moments(maps)
        factor = stage.scale.ravel() / np.sqrt(variance + np.float32(EPS))
        return factor, stage.bias.ravel() - mean * factor

    @property
    def drops(self) -> bool:
        """Whether some of the values of new maps are dropped at random."""
        return self.phase == TRAIN and self.dropout > 0

    def _dropped(self, maps: Array) -> Array:
        if not self.drops:
            return maps
        keep = self.rng.random(maps.shape, np.float32) >= np.float32(self.dropout)
        return maps * keep / np.float32(1 - self.dropout)

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        n, initial, height, width = bottom[0]
        places, taps, total = n * height * width, self.kernel[0] * self.kernel[1], Cost()
        for k in range(self.transitions):
            c = self.channels(initial, k)
            if self.bottleneck:
                total += _normalization_cost(places, c) + Cost(macs=places * c * self.between)
                c = self.between
            total += _normalization_cost(places, c) + Cost(macs=places * c * taps * self.growth)
        return total

    def brief(self, bottom: Sequence[Shape]) -> str:
        kernel = "x".join(map(str, self.kernel))
        return f"{self.transitions} x {kernel} +{self.growth}" + (" BC" if self.bottleneck else "")


def activated(x: Array, factor: Array, offset: Array) -> Array:
    """Channels-last maps times a factor plus an offset, and 0 where they are below it."""
    z: Array = x * factor
    z += offset
    return np.maximum(z, 0, out=z)


def convolved(x: Array, weights: Array) -> Array:
    """Maps of the same size, channels last; x is 0 outside, and kernels are turned by 180 degrees.

    There are few outputs: one product makes those of all kernel positions, and each is added where it belongs.
    """
    outputs, channels, kh, kw = weights.shape
    n, height, width, _ = x.shape
    columns = weights.transpose(1, 2, 3, 0).reshape(channels, kh * kw * outputs)
    parts = (x.reshape(-1, channels) @ columns).reshape(n, height, width, kh, kw, outputs)
    if kh == kw == 1:
        return parts.reshape(n, height, width, outputs)
    y = np.zeros((n, height + kh - 1, width + kw - 1, outputs), np.float32)
    for u in range(kh):
        for v in range(kw):
            y[:, u : u + height, v : v + width] += parts[:, :, :, u, v]
    top, left = kh // 2, kw // 2
    return y[:, top : top + height, left : left + width]


def _normalization_cost(places: int, channels: int) -> Cost:
    values = places * channels
    return Cost(
        multiplications=values + channels,
        additions=values + 2 * channels,
        comparisons=values,
        divisions=channels,
        exponentials=channels,
    )
