"""SPP: spatial pyramid pooling, a vector of one length from images of any size."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add

from prototxt.blobs import TRAIN, Array, Shape, count
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.fields import check_given, check_least
from prototxt.layers.common.memo import once_per_shape
from prototxt.layers.common.output_size import WindowSpec
from prototxt.layers.common.window import Window, check_padded
from prototxt.layers.pooling import average, draw, expect, largest, pooling_cost
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter, SPPParameter
from prototxt.util.lazy import np


@layer("SPP")
class SPP(Layer):
    """Pools the image in 1 x 1, 2 x 2, 4 x 4 ... windows and joins the results.

    Formula:
        level l pools with kernel and stride ceil(H / 2^l) and pad ceil((2^l * kernel - H) / 2), columns alike
        y = the levels 0 to pyramid_height - 1, each as N x C*4^l, joined

    Shapes:
        x: N x C x H x W
        y: N x C*(1 + 4 + 16 + ...); with pyramid_height 1 it is N x C x 1 x 1

    Pitfalls:
        A level whose windows are so small that half of one would be padding is refused: the image is too small
        for that many levels. pyramid_height 1 gives 4 axes, any other 2.

    Example:
        layer {
          name: "spp" type: "SPP" bottom: "conv5" top: "spp"
          spp_param { pyramid_height: 3 pool: MAX }
        }

    Source: caffe/src/caffe/layers/spp_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.spp_param
        check_given(p, "pyramid_height")
        check_least(p.pyramid_height, 1, "pyramid_height")
        self.pyramid_height: int = p.pyramid_height
        self.method = SPPParameter.PoolMethod.Name(p.pool)

    @once_per_shape
    def windows(self, shape: Shape) -> list[Window]:
        """The pooling window of every level.

        Raises LayerError where the image is too small for the last levels.
        """
        check_num_axes(shape, 4, 4)
        return [self._window(level, shape) for level in range(self.pyramid_height)]

    def _window(self, level: int, shape: Shape) -> Window:
        bins, spatial = 2**level, shape[2:]
        kernel = tuple(-(-size // bins) for size in spatial)
        pad = tuple((k * bins - size + 1) // 2 for k, size in zip(kernel, spatial, strict=True))
        for k, p, size in zip(kernel, pad, spatial, strict=True):
            if p >= k or (p and self.method == "STOCHASTIC"):
                what = f"level {level} cannot cut {size} values into {bins}: a window of {k} would have a pad of {p}"
                raise LayerError(what, field="pyramid_height")
        window = WindowSpec(kernel, kernel, pad).pooled(spatial, floor=False)
        check_padded(shape, 2, window.margins)
        return window

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        pooled = [(*bottom[0][:2], *window.out) for window in self.windows(bottom[0])]
        if self.pyramid_height == 1:
            return pooled
        return [(bottom[0][0], sum(count(shape[1:]) for shape in pooled))]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0]
        pooled = [self._pool(x, window) for window in self.windows(x.shape)]
        if self.pyramid_height == 1:
            return pooled
        return [np.concatenate([y.reshape(len(x), count(y.shape[1:])) for y in pooled], axis=1)]

    def _pool(self, x: Array, window: Window) -> Array:
        if self.method == "MAX":
            return largest(x, window)[0]
        if self.method == "AVE":
            return average(x, window)
        return draw(x, window, self.rng) if self.phase == TRAIN else expect(x, window)

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        costs = (
            pooling_cost(self.method, count(bottom[0][:2]), window) for window in self.windows(bottom[0])
        )
        return reduce(add, costs)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.method} {self.pyramid_height} levels"
