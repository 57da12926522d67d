"""Upsample as MobileNet-YOLO means it: every pixel a block of its value."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.fields import check_least
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Upsample", fork="yolo")
class UpsampleByScale(Layer):
    """Makes a map `scale` times as high and wide: every pixel becomes a block of its value.

    Formula:
        y[n, c, h, w] = x[n, c, h div scale, w div scale]

    Shapes:
        x: N x C x H x W
        y: N x C x (H * scale) x (W * scale)

    Pitfalls:
        `scale` is 1 where the file does not say. SegNet's layer of this name has two bottoms, the second a mask.

    Example:
        layer {
          name: "up1" type: "Upsample" bottom: "conv16" top: "up1"
          upsample_param { scale: 2 }
        }

    Source: upsample_layer.cpp of the MobileNet-YOLO fork.
    """

    @classmethod
    def matches(cls, param: LayerParameter, stored: int | None) -> bool | None:
        return len(param.bottom) == 1

    def setup(self, param: LayerParameter) -> None:
        p = param.upsample_param
        self.scale: int = p.scale if p.HasField("scale") else 1  # 2 in the schema, which is SegNet's
        check_least(self.scale, 1, "scale")

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 4, 4)
        n, channels, height, width = bottom[0]
        return [(n, channels, height * self.scale, width * self.scale)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [np.repeat(np.repeat(bottom[0], self.scale, 2), self.scale, 3)]

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"x{self.scale}"
