"""BiasChannel: raises the scores of the classes that an image is known to hold."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes, four_axes
from prototxt.layers.common.labels import Labels, Mask, read_labels
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import BiasChannelParameter, LayerParameter
from prototxt.util.lazy import np


@layer("BiasChannel", bottoms=2, fork="pspnet")
class BiasChannel(Layer):
    """Adds `fg_bias` to the channels of the classes that the labels name, and `bg_bias` to the background's.

    Formula:
        IMAGE: y[n, c] = x[n, c] + fg_bias for each time that c is among label[n], bg_bias for c = 0
        PIXEL: y[n, c, h, w] = x[n, c, h, w] + fg_bias where c = label[n, 0, h, w]; if bg_bias or background_label is
               given, the background's channel gets bg_bias at every pixel that counts, and no fg_bias

    Shapes:
        x: N x C x H x W
        label: N x L x 1 x 1 (IMAGE), N x 1 x H x W (PIXEL)
        y: like x

    Pitfalls:
        Label -1 and every `ignore_label` do not count. A class listed twice counts twice.

    Example:
        layer {
          name: "biased" type: "BiasChannel" bottom: "score" bottom: "labels" top: "biased"
          bias_channel_param { label_type: IMAGE bg_bias: 1 fg_bias: 2 }
        }

    Source: PSPNet/src/caffe/layers/bias_channel_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.bias_channel_param
        self.bg_bias: float = p.bg_bias
        self.fg_bias: float = p.fg_bias
        for field in ("bg_bias", "fg_bias"):
            if not getattr(p, field) >= 0:
                raise LayerError(f"{field} must be at least 0, not {getattr(p, field):g}", field=field)
        self.ignored: tuple[int, ...] = (-1, *p.ignore_label)
        self.by_pixel: bool = p.label_type == BiasChannelParameter.PIXEL
        label, is_given = p.background_label, p.HasField("bg_bias") or p.HasField("background_label")
        if self.by_pixel:
            self.background: int | None = label if is_given else None
        else:
            self.background = 0

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 2, 4)
        check_num_axes(bottom[1], 2, 4)
        x, labels = map(four_axes, bottom)
        wanted = (x[0], 1, *x[2:]) if self.by_pixel else (x[0], labels[1], 1, 1)
        if labels != wanted:
            kind = (
                "label_type PIXEL takes N x 1 x H x W"
                if self.by_pixel
                else "label_type IMAGE takes N x L x 1 x 1"
            )
            raise LayerError(
                f"labels of {format_shape(bottom[1])} for scores of {format_shape(bottom[0])}; {kind}",
                field="bottom",
            )
        if self.background is not None and not 0 <= self.background < x[1]:
            what = f"background_label {self.background} is no channel: there are {x[1]}, counted from 0"
            raise LayerError(what, field="background_label")
        return [x]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0].reshape(four_axes(bottom[0].shape))
        given = bottom[1].reshape(four_axes(bottom[1].shape))
        kept = ~np.isin(np.trunc(given), self.ignored)
        labels, _ = read_labels(np.where(kept, given, 0), x.shape[1])
        return [x + (self._at_pixels if self.by_pixel else self._of_images)(labels, kept, x.shape)]

    def _of_images(self, labels: Labels, kept: Mask, shape: Shape) -> Array:
        """The values added to each image's channels."""
        bias = np.zeros((*shape[:2], 1, 1), np.float32)
        images = np.broadcast_to(np.arange(shape[0])[:, None, None, None], labels.shape)
        each = np.where(labels == 0, np.float32(self.bg_bias), np.float32(self.fg_bias))
        np.add.at(bias, (images[kept], labels[kept]), each[kept, None, None])
        return bias

    def _at_pixels(self, labels: Labels, kept: Mask, shape: Shape) -> Array:
        """The values added to each pixel's channels."""
        bias = np.zeros(shape, np.float32)
        np.put_along_axis(bias, labels, np.where(kept, np.float32(self.fg_bias), np.float32(0)), 1)
        if self.background is not None:
            bias[:, self.background] = np.where(kept[:, 0], np.float32(self.bg_bias), np.float32(0))
        return bias

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        return Cost(additions=count(top[0]), comparisons=count(bottom[1]) * len(self.ignored))
