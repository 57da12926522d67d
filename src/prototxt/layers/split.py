"""Split: one bottom under several names."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape
from prototxt.layers.base import Layer
from prototxt.layers.registry import layer


@layer("Split", tops=(1, None))
class Split(Layer):
    """Gives its bottom to every top. Nets need not say so: a blob may be read by any number of layers.

    Formula:
        y_t = x

    Shapes:
        x: any, every y_t alike

    Example:
        layer { name: "split" type: "Split" bottom: "x" top: "a" top: "b" }

    Source: caffe/src/caffe/layers/split_layer.cpp.
    """

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        return [bottom[0]] * self.num_tops

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [bottom[0]] * self.num_tops
