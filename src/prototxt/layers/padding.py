"""Padding: zeros around images, or a part cut off."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Padding", fork="deeplab")
class Padding(Layer):
    """Puts rows and columns of zeros before and after each map; a negative number cuts off as many.

    Formula:
        y[n, c, h, w] = x[n, c, h - pad_beg, w - pad_beg], 0 outside x

    Shapes:
        x: N x C x H x W
        y: N x C x H + pad_beg + pad_end x W + pad_beg + pad_end

    Pitfalls:
        Rows and columns get the same numbers.

    Example:
        layer {
          name: "fc8_crop" type: "Padding" bottom: "fc8_interp" top: "fc8_crop"
          padding_param { pad_beg: -7 pad_end: -8 }
        }

    Source: padding_layer.cpp of DeepLab (first version).
    """

    golden = "only the source text of the fork is available; the tests compute its formula by hand"

    def setup(self, param: LayerParameter) -> None:
        p = param.padding_param
        self.pads: tuple[int, int] = (p.pad_beg, p.pad_end)
        """Rows and columns before and after the map; cut off where negative."""

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        shape = bottom[0]
        check_num_axes(shape, 4, 4)
        kept = [sum(min(pad, 0) for pad in self.pads) + size for size in shape[2:]]
        if min(kept) <= 0:
            what = f"pad_beg {self.pads[0]} and pad_end {self.pads[1]} leave nothing of {format_shape(shape)}"
            raise LayerError(what, field="pad_beg" if self.pads[0] < 0 else "pad_end")
        return [(*shape[:2], *(size + sum(self.pads) for size in shape[2:]))]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0]
        begin, end = self.pads
        rows, columns = (slice(max(-begin, 0), size - max(-end, 0)) for size in x.shape[2:])
        around = (max(begin, 0), max(end, 0))
        return [np.pad(x[..., rows, columns], [(0, 0), (0, 0), around, around])]

    def brief(self, bottom: Sequence[Shape]) -> str:
        return "{:+d}/{:+d}".format(*self.pads)
