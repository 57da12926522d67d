"""Base of layers without learned arrays whose every output value depends on one input value only."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer


class ElementwiseLayer(Layer):
    """A function of one value, applied to each: a layer type adds `apply` and its cost per value."""

    kind = "neuron"

    per_value = Cost()

    def apply(self, x: Array) -> Array:
        """The function itself."""
        raise NotImplementedError

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [self.apply(bottom[0])]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = count(top[0])
        return Cost(*(values * getattr(self.per_value, name) for name in Cost.__slots__))
