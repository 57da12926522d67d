"""Slice: one bottom is cut into several tops along one axis."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from prototxt.blobs import Array, Shape, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.common.fields import exclusive
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Slice", tops=(1, None))
class Slice(Layer):
    """Cuts its bottom along `axis`, at the given points or into equal parts.

    Formula:
        y_t = x from point t-1 up to point t along axis, with point -1 = 0 and the last point = the end

    Shapes:
        x: N x C x H x W
        y_t: N x C_t x H x W; with T tops C_t = C / T, or the distance between the T - 1 `slice_point`s
        `slice_dim` is the old name of `axis`; it cannot be negative.

    Example:
        layer {
          name: "split" type: "Slice" bottom: "pair" top: "left" top: "right"
          slice_param { axis: 1 slice_point: 3 }
        }

    Source: caffe/src/caffe/layers/slice_layer.cpp.
    """

    kind = "junction"

    def setup(self, param: LayerParameter) -> None:
        p = param.slice_param
        self._field = exclusive(p, "axis", "slice_dim")
        self.axis: int = getattr(p, self._field)
        self.slice_point: tuple[int, ...] = tuple(p.slice_point)
        if self.slice_point and len(self.slice_point) != self.num_tops - 1:
            what = f"{len(self.slice_point)} slice points for {self.num_tops} tops; give {self.num_tops - 1}"
            raise LayerError(what, field="slice_point")

    def cuts(self, shape: Shape) -> list[int]:
        """The bounds of the parts: 0, every point, the length of the axis.

        Raises LayerError when the points do not rise or the axis cannot be divided evenly.
        """
        length = shape[canonical_axis(self.axis, shape, self._field)]
        if not self.slice_point and length % self.num_tops:
            what = (
                f"{self.num_tops} tops do not divide the {length} of axis {self.axis} of "
                f"{format_shape(shape)} evenly"
            )
            raise LayerError(what, field="top", hint="say where to cut with slice_point")
        points = self.slice_point or range(length // self.num_tops, length, length // self.num_tops)
        cuts = [0, *points, length]
        if any(end <= start for start, end in pairwise(cuts)):
            listed = ", ".join(map(str, self.slice_point))
            raise LayerError(
                f"slice points must rise from 1 to below {length}, got {listed}", field="slice_point"
            )
        return cuts

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        shape, cuts = bottom[0], self.cuts(bottom[0])
        axis = canonical_axis(self.axis, shape, self._field)
        return [(*shape[:axis], end - start, *shape[axis + 1 :]) for start, end in pairwise(cuts)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return np.split(bottom[0], self.cuts(bottom[0].shape)[1:-1], axis=self.axis)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"axis {self.axis}" + (
            f" at {','.join(map(str, self.slice_point))}" if self.slice_point else ""
        )
