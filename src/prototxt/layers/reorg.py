"""Reorg: blocks of pixels into channels, or channels into blocks."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.fields import check_given, check_least
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("Reorg", fork="yolo")
class Reorg(Layer):
    """Moves blocks of stride x stride pixels into channels, in darknet's own order; with `reverse` back to pixels.

    Formula:
        with s = stride, c = C / s^2:
        y = the memory of x taken for N x c x H*s x W*s, every s x s block of it moved into channels
        reverse: y[n, k, h*s + i, w*s + j] = x[n, (i*s + j)*c + k, h, w]

    Shapes:
        x: N x C x H x W
        y: N x (C * stride^2) x H/stride x W/stride; reverse: N x (C / stride^2) x (H * stride) x (W * stride)

    Pitfalls:
        Without `reverse` it is no plain space to depth: neighbours in y are no neighbours in x. YOLO v2's weights
        were trained with this order. C must divide by stride^2 in both directions. MobileNet-YOLO reads past the
        blob where C, H or W does not divide; here that is an error. `stride` is 2 where the file does
        not say, as in caffe-yolo9000; MobileNet-YOLO (`--dialect yolo`) refuses a layer without it.

    Example:
        layer {
          name: "reorg1" type: "Reorg" bottom: "conv21" top: "reorg1"
          reorg_param { stride: 2 }
        }

    Source: reorg_layer.cpp of the MobileNet-YOLO fork and of caffe-yolo9000; Redmon and Farhadi,
    YOLO9000 (2016), "passthrough".
    """

    def setup(self, param: LayerParameter) -> None:
        self.stride: int = param.reorg_param.stride
        self.reverse: bool = param.reorg_param.reverse
        if self.settings.dialect == "yolo":
            check_given(param.reorg_param, "stride")
        check_least(self.stride, 1, "stride")
        if set(param.top) & set(param.bottom):
            raise LayerError("cannot work in place: its 1 top needs a name of its own", field="top")

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 4, 4)
        n, channels, height, width = bottom[0]
        s = self.stride
        if channels % s**2:
            what = f"{channels} channels do not divide by {s**2}, the square of the stride: {format_shape(bottom[0])}"
            raise LayerError(what, field="stride")
        if self.reverse:
            return [(n, channels // s**2, height * s, width * s)]
        if height % s or width % s:
            what = f"a map of {format_shape(bottom[0][2:])} does not divide by the stride {s}"
            raise LayerError(what, field="stride")
        return [(n, channels * s**2, height // s, width // s)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        n, channels, height, width = bottom[0].shape
        s, c = self.stride, channels // self.stride**2
        if self.reverse:
            blocks = bottom[0].reshape(n, s, s, c, height, width).transpose(0, 3, 4, 1, 5, 2)
        else:
            blocks = bottom[0].reshape(n, c, height, s, width, s).transpose(0, 3, 5, 1, 2, 4)
        (shape,) = self.shapes([bottom[0].shape])
        return [blocks.reshape(shape)]

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"/{self.stride}" + (" reverse" if self.reverse else "")
