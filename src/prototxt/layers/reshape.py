"""Reshape: the same values under another shape."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import MAX_AXES, Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("Reshape")
class Reshape(Layer):
    """Replaces `num_axes` axes from `axis` on by the given dims. No value moves.

    Formula:
        y = x read in row-major order

    Shapes:
        x: any
        y: the axes of x before `axis`, the dims, the axes of x after those replaced
        A dim of 0 copies the axis of x at its place, one dim of -1 takes what is left. num_axes -1 replaces
        all axes from `axis` on, num_axes 0 inserts. A negative axis counts places, not axes: -1 is the end.

    Pitfalls:
        `dim: 0` keeps an axis, it does not make an empty one.

    Example:
        layer {
          name: "pairs" type: "Reshape" bottom: "x" top: "pairs"
          reshape_param { shape { dim: 0 dim: 2 dim: -1 } }
        }

    Source: caffe/src/caffe/layers/reshape_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.reshape_param
        self.dims: tuple[int, ...] = tuple(p.shape.dim)
        self.axis: int = p.axis
        self.num_axes: int = p.num_axes
        if len(self.dims) > MAX_AXES:
            raise LayerError(
                f"{len(self.dims)} dims are more than the {MAX_AXES} a blob may have", field="shape"
            )
        if self.dims.count(-1) > 1:
            raise LayerError("at most one dim can be -1", field="dim")
        if min(self.dims, default=0) < -1:
            raise LayerError(
                f"dim must be -1 (what is left), 0 (copy) or more, not {min(self.dims)}", field="dim"
            )
        if self.num_axes < -1:
            what = f"num_axes must be -1 (to the end) or at least 0, not {self.num_axes}"
            raise LayerError(what, field="num_axes")

    def _replaced(self, shape: Shape) -> tuple[int, int]:
        """The axes to replace: from the first up to, not including, the second number."""
        start = self.axis if self.axis >= 0 else len(shape) + self.axis + 1
        if not 0 <= start <= len(shape):
            raise LayerError(
                f"axis {self.axis} is out of range for a bottom of {format_shape(shape)}", field="axis"
            )
        end = len(shape) if self.num_axes == -1 else start + self.num_axes
        if end > len(shape):
            what = f"{self.num_axes} axes from axis {start} on run past the end of a bottom of {format_shape(shape)}"
            raise LayerError(what, field="num_axes")
        return start, end

    def _copy(self, dim: int, axis: int, shape: Shape) -> int:
        if dim:
            return dim
        if axis >= len(shape):
            raise LayerError(
                f"dim: 0 asks for axis {axis}, a bottom of {format_shape(shape)} has none", field="dim"
            )
        return shape[axis]

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        shape = bottom[0]
        start, end = self._replaced(shape)
        dims = [self._copy(dim, start + i, shape) for i, dim in enumerate(self.dims)]
        wanted = [*shape[:start], *dims, *shape[end:]]
        if -1 in wanted:
            known = -count(wanted)
            if count(shape) % known:
                what = f"{format_shape(shape)} holds {count(shape)} values, not divisible by the known dims' {known}"
                raise LayerError(what, field="shape")
            wanted[wanted.index(-1)] = count(shape) // known
        if count(wanted) != count(shape):
            what = (
                f"{format_shape(shape)} holds {count(shape)} values, {format_shape(wanted)} would hold "
                f"{count(wanted)}"
            )
            raise LayerError(what, field="shape")
        return [tuple(wanted)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [bottom[0].reshape(self.shapes([bottom[0].shape])[0])]
