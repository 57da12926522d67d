"""CropCenter: cuts a margin off every axis."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("CropCenter", fork="others")
class CropCenter(Layer):
    """Cuts `crop_size` values off both ends of every axis, one number per axis.

    Formula:
        y[i_0, i_1, ...] = x[i_0 + crop_size_0, i_1 + crop_size_1, ...]

    Shapes:
        x: any
        y: 2 * crop_size shorter on each axis

    Pitfalls:
        There is a number for every axis, batch and channels too: `crop_size: 0 crop_size: 0 crop_size: 4 crop_size: 4`.

    Example:
        layer {
          name: "crop1" type: "CropCenter" bottom: "conv1" top: "crop1"
          crop_center_param { crop_size: 0 crop_size: 0 crop_size: 1 crop_size: 1 }
        }

    Source: lltcggie's Caffe (waifu2x), crop_center_layer.cpp.
    """

    golden = "only the source text of the fork is available"

    def setup(self, param: LayerParameter) -> None:
        self.crop_size: tuple[int, ...] = tuple(param.crop_center_param.crop_size)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        shape = bottom[0]
        if len(self.crop_size) != len(shape):
            what = (
                f"{len(self.crop_size)} values of crop_size for {len(shape)} axes "
                f"({format_shape(shape)}); give one each"
            )
            raise LayerError(what, field="crop_size")
        for axis, (length, cut) in enumerate(zip(shape, self.crop_size, strict=True)):
            if 2 * cut >= length:
                what = f"axis {axis}: crop_size {cut} on both sides leaves nothing of {length}"
                raise LayerError(what, field="crop_size")
        return [tuple(length - 2 * cut for length, cut in zip(shape, self.crop_size, strict=True))]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0]
        return [x[tuple(slice(cut, n - cut) for n, cut in zip(x.shape, self.crop_size, strict=True))]]

    def brief(self, bottom: Sequence[Shape]) -> str:
        return "-" + "x".join(map(str, self.crop_size))
