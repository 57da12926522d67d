"""Flatten: several axes become one."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("Flatten")
class Flatten(Layer):
    """Joins the axes from `axis` to `end_axis`, both included. No value moves.

    Formula:
        y[n, (c*H + h)*W + w] = x[n, c, h, w]

    Shapes:
        x: N x C x H x W
        y: N x C*H*W   (axis 1, end_axis -1)

    Pitfalls:
        An end_axis just before `axis` joins nothing: it puts a new axis of 1 there.

    Example:
        layer { name: "flat" type: "Flatten" bottom: "pool5" top: "flat" }

    Source: caffe/src/caffe/layers/flatten_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        self.axis: int = param.flatten_param.axis
        self.end_axis: int = param.flatten_param.end_axis

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        shape = bottom[0]
        start = canonical_axis(self.axis, shape)
        stop = canonical_axis(self.end_axis, shape, "end_axis") + 1
        if stop < start:
            what = f"end_axis {self.end_axis} lies before axis {self.axis} on {len(shape)} axes"
            raise LayerError(what, field="end_axis")
        return [(*shape[:start], count(shape[start:stop]), *shape[stop:])]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [bottom[0].reshape(self.shapes([bottom[0].shape])[0])]
