"""Flip: images mirrored."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Flip", fork="others")
class Flip(Layer):
    """Mirrors images: left and right change places, or top and bottom, or both.

    Formula:
        y[n, c, h, w] = x[n, c, h, W - 1 - w]   (flip_width, as it is where the file does not say)
        y[n, c, h, w] = x[n, c, H - 1 - h, w]   (flip_height)

    Shapes:
        x, y: N x C x H x W

    Pitfalls:
        Face nets run an image and its mirror image and put both features together. The public files set no field; the
        names of the fields and their defaults are those of caffe-windows, whose source has not been read.

    Example:
        layer { name: "flip_data" type: "Flip" bottom: "data" top: "flip_data" }

    Source: prototxt files of happynear/FaceVerification, which are for caffe-windows.
    """

    golden = "only prototxt files of the fork are available; the tests compute its formula by hand"

    def setup(self, param: LayerParameter) -> None:
        p = param.flip_param
        self.axes: tuple[int, ...] = tuple(
            axis for axis, flips in ((2, p.flip_height), (3, p.flip_width)) if flips
        )

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 4, 4)
        return [bottom[0]]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [np.flip(bottom[0], self.axes)]

    def brief(self, bottom: Sequence[Shape]) -> str:
        return "".join("HW"[axis - 2] for axis in self.axes)
