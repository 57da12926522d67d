"""Upsample as MobileNet-YOLO means it: every pixel a block of its value."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import MAX_ELEMENTS, Array, Shape
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.fields import check_least, given
from prototxt.layers.common.window import same_or_each
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
        `height_scale` and `width_scale` of converted ONNX nets take the place of scale, one for each axis

    Pitfalls:
        `scale` is 1 where the file does not say. SegNet's layer of this name has two bottoms, the second a mask. Only
        whole factors and `mode: "nearest"` are possible.

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
        both, mode = (p.scale if p.HasField("scale") else 1), p.mode  # 2 in the schema, which is SegNet's
        sides = {"height_scale": p.height_scale, "width_scale": p.width_scale}
        written = given(p, sides)
        if written and p.HasField("scale"):
            raise LayerError(f"give either scale or {written[0]}, not both", field=written[0])
        if mode not in ("", "nearest"):
            raise LayerError(f'mode must be "nearest", not "{mode}"', field="mode")
        check_least(both, 1, "scale")
        self.scales: tuple[int, int] = (both, both)
        """Factors of the height and of the width."""
        if written:
            height, width = (
                _whole(field, value if field in written else 1) for field, value in sides.items()
            )
            self.scales = height, width

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 4, 4)
        n, channels, height, width = bottom[0]
        return [(n, channels, height * self.scales[0], width * self.scales[1])]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [np.repeat(np.repeat(bottom[0], self.scales[0], 2), self.scales[1], 3)]

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"x{same_or_each(self.scales)}"


def _whole(field: str, value: float) -> int:
    if not 1 <= value < MAX_ELEMENTS or value != int(value):
        raise LayerError(f"{field} must be a whole number above 0, not {value:g}", field=field)
    return int(value)
