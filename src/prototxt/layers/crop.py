"""Crop: a piece of one bottom, as large as another."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("Crop", bottoms=2)
class Crop(Layer):
    """Cuts its first bottom to the size of the second, on `axis` and all axes after it.

    Formula:
        y[n, c, h, w] = x[n, c, h + offset_h, w + offset_w]   (axis 2)

    Shapes:
        x: N x C x H x W, size: any x any x h x w
        y: N x C x h x w
        `offset` is one number for all cropped axes or one for each; 0 where none is given.

    Pitfalls:
        Only the shape of the second bottom counts. `axis: 1` crops the channels too. CROP of V1 nets (FCN) found its
        offset by itself, from the windows on the way to both bottoms; it is written into such nets as they are read.

    Example:
        layer {
          name: "score" type: "Crop" bottom: "upscore" bottom: "data" top: "score"
          crop_param { axis: 2 offset: 19 }
        }

    Source: caffe/src/caffe/layers/crop_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        self.axis: int = param.crop_param.axis
        self.offset: tuple[int, ...] = tuple(param.crop_param.offset)

    def offsets(self, shape: Shape, size: Shape) -> Shape:
        """The start of the piece, on `axis` and every axis after it, in a bottom of `shape` cut to `size`.

        Raises LayerError when the piece runs out of the bottom.
        """
        start = canonical_axis(self.axis, shape)
        cropped = len(shape) - start
        if len(self.offset) > 1 and len(self.offset) != cropped:
            what = f"{len(self.offset)} values of offset for {cropped} axes from axis {start} on; give 1 or {cropped}"
            raise LayerError(what, field="offset")
        if len(size) < len(shape):
            what = f"the second bottom, {format_shape(size)}, has fewer axes than the first, {format_shape(shape)}"
            raise LayerError(what, field="bottom")
        offsets = self.offset if len(self.offset) > 1 else (self.offset or (0,)) * cropped
        for axis, offset in enumerate(offsets, start):
            if offset + size[axis] > shape[axis]:
                what = f"axis {axis}: {size[axis]} values from {offset} on run past the end of {shape[axis]}"
                raise LayerError(what, field="offset" if self.offset else "bottom")
        return offsets

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        shape, size = bottom
        start = len(shape) - len(self.offsets(shape, size))
        return [(*shape[:start], *size[start : len(shape)])]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x, size = bottom
        offsets = self.offsets(x.shape, size.shape)
        start = x.ndim - len(offsets)
        piece = [slice(o, o + n) for o, n in zip(offsets, size.shape[start : x.ndim], strict=True)]
        return [x[(slice(None),) * start + tuple(piece)]]

    def brief(self, bottom: Sequence[Shape]) -> str:
        return "+" + "x".join(map(str, self.offset)) if any(self.offset) else ""
