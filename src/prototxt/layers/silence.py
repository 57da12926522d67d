"""Silence: takes blobs nobody else reads."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape
from prototxt.layers.base import Layer
from prototxt.layers.registry import layer


@layer("Silence", bottoms=(1, None), tops=0)
class Silence(Layer):
    """Reads its bottoms and makes nothing, so that they do not count as outputs of the net.

    Formula:
        none

    Shapes:
        x_i: any; no tops

    Example:
        layer { name: "silence" type: "Silence" bottom: "label" }

    Source: caffe/src/caffe/layers/silence_layer.cpp.
    """

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        return []

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return []
