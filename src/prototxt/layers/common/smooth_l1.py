"""The base of the smooth L1 losses of R-CNN nets: bottoms of one 4-axis shape, no loss weight by default."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes, four_axes
from prototxt.util.lazy import np


class RegionLoss(Layer):
    """A loss whose weight in the net's loss is 0 unless the file gives one: the forks leave out the default of 1."""

    def _loss_weights(self, given: Sequence[float]) -> tuple[float, ...]:
        return super()._loss_weights(given or [0.0] * self.num_tops)

    def check(self, bottom: Sequence[Shape]) -> None:
        """Raises LayerError unless all bottoms are alike in N, C, H and W."""
        for shape in bottom:
            check_num_axes(shape, 1, 4)
            if four_axes(shape) != four_axes(bottom[0]):
                what = (
                    f"all bottoms must be alike in N, C, H and W, got {format_shape(bottom[0])} and "
                    f"{format_shape(shape)}"
                )
                raise LayerError(what, field="bottom")

    def difference(self, bottom: Sequence[Array]) -> Array:
        """a - b, times the weights where there are any, in four axes."""
        a, b, *weights = (x.reshape(four_axes(x.shape)) for x in bottom[:3])
        difference: Array = a - b
        return weights[0] * difference if weights else difference

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = count(bottom[0])
        weights = max(len(bottom) - 2, 0)
        return Cost(
            additions=3 * values, multiplications=(2 + weights) * values, comparisons=values, divisions=1
        )


def smooth_l1(difference: Array, sigma: float = 1.0) -> Array:
    """0.5 * (sigma * d)^2 where |d| < 1 / sigma^2, |d| - 0.5 / sigma^2 otherwise."""
    size = np.abs(difference)
    curve, bend = np.float32(0.5 * sigma * sigma), np.float32(1 / (sigma * sigma))
    loss: Array = np.where(size < bend, curve * size * size, size - bend / 2)
    return loss
