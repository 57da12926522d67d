"""Permute: the axes in another order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from prototxt.blobs import Array, Shape, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("Permute", fork="ssd")
class Permute(Layer):
    """Puts the axes in another order: from N x C x H x W to N x H x W x C, say.

    Formula:
        y[n, h, w, c] = x[n, c, h, w]   (order 0, 2, 3, 1)

    Shapes:
        x: any; y: the same lengths, axis i being axis order[i] of x
        Axes that `order` leaves out follow in their own order.

    Example:
        layer {
          name: "conf_perm" type: "Permute" bottom: "conf" top: "conf_perm"
          permute_param { order: 0 order: 2 order: 3 order: 1 }
        }

    Source: permute_layer.cpp of the SSD fork.
    """

    field: ClassVar[str] = "order"
    """The field that lists the axes."""

    def setup(self, param: LayerParameter) -> None:
        self.take(tuple(param.permute_param.order))

    def take(self, order: tuple[int, ...]) -> None:
        """Keep the order of the axes; raises LayerError for an axis that it names twice."""
        self.order = order
        axis, times = Counter(self.order).most_common(1)[0] if self.order else (0, 0)
        if times > 1:
            raise LayerError(f"axis {axis} is in the order {times} times", field=self.field)

    def axes(self, shape: Shape) -> tuple[int, ...]:
        """For each axis of the top the one of the bottom, those that the order does not name at the end."""
        for axis in self.order:
            if axis >= len(shape):
                what = f"axis {axis} in the order is out of range for a bottom of {format_shape(shape)}"
                raise LayerError(what, field=self.field)
        return (*self.order, *(axis for axis in range(len(shape)) if axis not in self.order))

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        return [tuple(bottom[0][axis] for axis in self.axes(bottom[0]))]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [bottom[0].transpose(self.axes(bottom[0].shape))]

    def brief(self, bottom: Sequence[Shape]) -> str:
        return ",".join(map(str, self.axes(bottom[0])))
