"""ArgMax: where the largest values stand."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer, OutputKind
from prototxt.layers.common.axes import canonical_axis, check_num_axes
from prototxt.layers.common.fields import check_least
from prototxt.layers.common.labels import Labels
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("ArgMax")
class ArgMax(Layer):
    """The positions of the `top_k` largest values along `axis`, or in each item as a whole.

    Formula:
        without axis: y[n, 0, k] = position of the k-th largest value of x[n], read in row-major order;
            with out_max_val y[n, 1, k] is that value
        with axis: y[..., k, ...] = position of the k-th largest value along the axis; with out_max_val the value

    Shapes:
        x: N x C x H x W
        y: N x 1 x top_k x 1 without axis, N x 2 x top_k x 1 with out_max_val (at least 3 axes, as many as x)
           N x top_k x H x W for axis 1

    Pitfalls:
        Of equal values the last one comes first. With an axis, out_max_val gives values in place of positions;
        without one it gives both.

    Example:
        layer { name: "class" type: "ArgMax" bottom: "score" top: "class" argmax_param { axis: 1 } }

    Source: caffe/src/caffe/layers/argmax_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.argmax_param
        self.top_k: int = p.top_k
        self.out_max_val: bool = p.out_max_val
        self.axis: int | None = p.axis if p.HasField("axis") else None
        check_least(self.top_k, 1, "top_k")
        one_place_each = self.axis == 1 and self.top_k == 1 and not self.out_max_val
        self.output_kind = OutputKind("classes") if one_place_each else None

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        shape = bottom[0]
        check_num_axes(shape, 1)
        if self.axis is None:
            self._check_top_k(count(shape[1:]))
            ones = (1,) * (len(shape) - 3)
            return [(shape[0], 2 if self.out_max_val else 1, self.top_k, *ones)]
        axis = canonical_axis(self.axis, shape)
        self._check_top_k(shape[axis])
        return [(*shape[:axis], self.top_k, *shape[axis + 1 :])]

    def _check_top_k(self, values: int) -> None:
        if self.top_k > values:
            raise LayerError(
                f"top_k {self.top_k} is more than the {values} values to choose from", field="top_k"
            )

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x, shape = bottom[0], self.shapes([bottom[0].shape])[0]
        axis = 1 if self.axis is None else self.axis
        if self.axis is None:
            x = x.reshape(len(x), count(x.shape[1:]))
        places = self._places(x, axis)
        values = np.take_along_axis(x, places, axis)
        positions = places.astype(np.float32)
        if self.axis is not None:
            return [values if self.out_max_val else positions]
        both = [positions, values] if self.out_max_val else [positions]
        return [np.stack(both, axis=1).reshape(shape)]

    def _places(self, x: Array, axis: int) -> Labels:
        """Turned round, so that of equal values the last comes first."""
        turned, last = np.flip(x, axis), x.shape[axis] - 1
        if self.top_k == 1:
            best: Labels = last - turned.argmax(axis, keepdims=True)
            return best
        places: Labels = last - np.argsort(-turned, axis, kind="stable").take(range(self.top_k), axis)
        return places

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        return Cost(comparisons=self.top_k * count(bottom[0]))

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"top {self.top_k}" if self.top_k > 1 else ""
