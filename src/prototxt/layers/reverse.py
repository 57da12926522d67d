"""Reverse: one axis from its end to its start."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Reverse", fork="crnn")
class Reverse(Layer):
    """Puts the values along one axis in the opposite order: two of them around an Lstm let it read backwards.

    Formula:
        y[t] = x[T - 1 - t] along `axis`

    Shapes:
        x: any, y alike

    Pitfalls:
        The default axis is 0, which is time in sequences of T x N x values and the batch in images.

    Example:
        layer {
          name: "backwards" type: "Reverse" bottom: "x" top: "backwards"
          reverse_param { axis: 0 }
        }

    Source: reverse_layer.cpp of caffe_ocr.
    """

    golden = "only the source text of the fork is available; the tests move values by hand"

    def setup(self, param: LayerParameter) -> None:
        self.axis: int = param.reverse_param.axis

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        canonical_axis(self.axis, bottom[0])
        return [bottom[0]]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [np.flip(bottom[0], self.axis)]

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"axis {canonical_axis(self.axis, bottom[0])}"
