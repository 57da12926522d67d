"""Filter: only the items that a selector lets through."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("Filter", bottoms=(2, None), tops=(1, None))
class Filter(Layer):
    """Keeps the items of its bottoms for which the last bottom, the selector, is not 0.

    Formula:
        y_i = the x_i[n] with selector[n] != 0, in their order

    Shapes:
        x_i: N x any, selector: N (further axes of 1)
        y_i: M x any with M = how many values of the selector are not 0; N in tables, the most it can be

    Pitfalls:
        The number of items depends on the values: layers after it get a batch of another size at every
        forward, of 0 items even.

    Example:
        layer { name: "keep" type: "Filter" bottom: "x" bottom: "label" bottom: "sel" top: "kx" top: "klabel" }

    Source: caffe/src/caffe/layers/filter_layer.cpp.
    """

    data_dependent = True

    def setup(self, param: LayerParameter) -> None:
        if self.num_tops != self.num_bottoms - 1:
            what = f"needs a top for each bottom but the last, has {self.num_bottoms} bottoms and {self.num_tops} tops"
            raise LayerError(what, field="top")

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        *kept, selector = bottom
        check_num_axes(selector, 1)
        if count(selector[1:]) != 1:
            what = f"the selector, its last bottom, must be N or N x 1 x 1 ..., got {format_shape(selector)}"
            raise LayerError(what, field="bottom")
        for shape in kept:
            if shape[:1] != selector[:1]:
                what = f"the selector holds {selector[0]} values, which does not fit a bottom of {format_shape(shape)}"
                raise LayerError(what, field="bottom")
        return kept

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        *items, selector = bottom
        chosen = selector.ravel() != 0
        return [x[chosen] for x in items]
