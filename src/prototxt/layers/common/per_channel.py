"""Layers that may be no more than a factor and an offset per channel: their work can go into the weights before."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from prototxt.blobs import Array, Shape
from prototxt.layers.base import Layer


class PerChannel(Layer):
    """A layer that is y[n, c] = factor[c] * x[n, c] + offset[c] where `is_per_channel` says so."""

    kind = "normalization"

    @abstractmethod
    def is_per_channel(self, bottom: Sequence[Shape]) -> bool:
        """Whether this is all it does to bottoms of these shapes, the first one's shape kept."""

    @abstractmethod
    def per_channel(self, params: Sequence[Array]) -> tuple[Array | None, Array | None]:
        """Factor and offset, a number for each channel; None for a factor of 1, an offset of 0."""


def lies_on_channels(axis: int, operand: Shape, shape: Shape) -> bool:
    """Whether an operand laid along `axis` of a bottom of this shape is a number for each channel."""
    return len(shape) > 1 and axis in (1, 1 - len(shape)) and operand == shape[1:2]
