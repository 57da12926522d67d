"""LRN: every value is divided by a measure of its neighbours, across channels or within its own."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.memo import once_per_shape
from prototxt.layers.common.window import Window, check_padded
from prototxt.layers.pooling import average
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter, LRNParameter
from prototxt.util.lazy import np

MIN_AXES = 4
"""The axes of N x C x H x W; more only across channels."""


@layer("LRN")
class LRN(Layer):
    """Local response normalization: divides by a power of the neighbourhood's mean square.

    Formula:
        ACROSS_CHANNELS: y[n, c] = x[n, c] * (k + alpha / n * sum of x[n, c']^2)^-beta
            over the n = local_size channels c' around c, 0 beyond the first and last
        WITHIN_CHANNEL:  y = x * (1 + alpha * a)^-beta with a = the AVE pool of x^2, kernel n, pad (n - 1) / 2

    Shapes:
        x: N x C x H x W, y alike; ACROSS_CHANNELS takes any number of spatial axes from two on

    Pitfalls:
        alpha is divided by local_size across channels; other programs do not. WITHIN_CHANNEL ignores k, and
        at the edge it divides by the window with its padding. local_size must be odd.

    Example:
        layer {
          name: "norm1" type: "LRN" bottom: "conv1" top: "norm1"
          lrn_param { local_size: 5 alpha: 0.0001 beta: 0.75 }
        }

    Source: caffe/src/caffe/layers/lrn_layer.cpp, whose code takes 4 axes; across channels the others do not matter.
    """

    kind = "normalization"

    def setup(self, param: LayerParameter) -> None:
        p = param.lrn_param
        self.local_size: int = p.local_size
        self.alpha: float = p.alpha
        self.beta: float = p.beta
        self.k: float = p.k
        self.across = p.norm_region == LRNParameter.ACROSS_CHANNELS
        if self.local_size % 2 == 0:
            raise LayerError(f"local_size must be odd, not {self.local_size}", field="local_size")

    @once_per_shape
    def window(self, shape: Shape) -> Window | None:
        """The window of WITHIN_CHANNEL over the rows and columns; None across channels."""
        if self.across:
            return None
        n, spatial = self.local_size, shape[2:]
        return Window((n, n), (1, 1), (n // 2, n // 2), (1, 1), spatial, spatial)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        hint = None if self.across or len(bottom[0]) < MIN_AXES else "ACROSS_CHANNELS takes more spatial axes"
        check_num_axes(bottom[0], MIN_AXES, None if self.across else MIN_AXES, hint=hint)
        half, spatial = (self.local_size // 2,) * 2, len(bottom[0]) - 2
        margins = [half] + [(0, 0)] * spatial if self.across else [(0, 0)] + [half] * spatial
        check_padded(bottom[0], 1, margins)
        return [bottom[0]]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0]
        window = self.window(x.shape)
        if window is None:
            scale = np.float32(self.k) + np.float32(self.alpha / self.local_size) * self._sum_across(x * x)
        else:
            scale = np.float32(1) + np.float32(self.alpha) * average(x * x, window)
        # With k: 0 an all-zero neighbourhood gives 0^-beta: inf, then NaN, as in C.
        with np.errstate(divide="ignore", invalid="ignore"):
            return [x * scale ** np.float32(-self.beta)]

    def _sum_across(self, squares: Array) -> Array:
        half, channels = self.local_size // 2, squares.shape[1]
        padded = np.pad(squares, [(0, 0), (half, half)] + [(0, 0)] * (squares.ndim - 2))
        total = np.zeros_like(squares)
        for offset in range(self.local_size):
            total += padded[:, offset : offset + channels]
        return total

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = count(top[0])
        neighbours = self.local_size if self.across else self.local_size**2
        return Cost(
            multiplications=3 * values,
            additions=(neighbours + 1) * values,
            divisions=0 if self.across else values,
            exponentials=values,
        )

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{'across' if self.across else 'within'} {self.local_size}"
