"""SpatialProduct: every channel is multiplied by one map."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.registry import layer


@layer("SpatialProduct", bottoms=2, fork="pspnet")
class SpatialProduct(Layer):
    """Multiplies all channels of its first bottom by the one channel of the second.

    Formula:
        y[n, c, h, w] = x[n, c, h, w] * s[n, 0, h, w]

    Shapes:
        x: N x C x H x W, s: N x 1 x H x W
        y: like x

    Example:
        layer { name: "masked" type: "SpatialProduct" bottom: "conv5" bottom: "attention" top: "masked" }

    Source: PSPNet/src/caffe/layers/spatial_product_layer.cpp.
    """

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        x, factor = bottom
        check_num_axes(x, 4, 4)
        if factor != (x[0], 1, *x[2:]):
            what = (
                f"a map of {format_shape(factor)} does not fit {format_shape(x)}: it must be "
                f"{format_shape((x[0], 1, *x[2:]))}"
            )
            raise LayerError(what, field="bottom")
        return [x]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [bottom[0] * bottom[1]]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        return Cost(multiplications=count(top[0]))
