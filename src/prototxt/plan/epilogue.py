"""Layers that can work on a tile in place, right after the kernel that computes it: the epilogue of a step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import singledispatch

import numpy as np
from numpy.typing import NDArray

from prototxt.blobs import Array, Shape
from prototxt.kernels.epilogue import EpilogueOp
from prototxt.layers.base import Layer

__all__ = ["Epilogue", "epilogue"]

Ops = Callable[[Sequence[Array], Sequence[Array]], list[EpilogueOp]]
"""Makes the operations on a tile from the layer's learned arrays and its other bottoms, which are channels-last."""

FactorAndOffset = tuple[NDArray[np.float32] | None, NDArray[np.float32] | None]
"""A number for each channel; None for a factor of 1, an offset of 0."""

PerChannelParams = Callable[[Sequence[Array]], FactorAndOffset]
"""The layer's factor and offset per channel, from its learned arrays."""


@dataclass(frozen=True, slots=True)
class Epilogue:
    """The work of a layer on tiles of one of its bottoms.

    `tile_bottom` is the number of that bottom; None where any will do. `per_channel` is given where the layer is no
    more than a factor and an offset per channel, which may go into the weights of the layer before.
    """

    ops: Ops
    tile_bottom: int | None = None
    per_channel: PerChannelParams | None = None

    def takes(self, bottom: int) -> bool:
        """Whether the tile may be part of this bottom."""
        return self.tile_bottom in (None, bottom)


@singledispatch
def epilogue(layer: Layer, bottom: Sequence[Shape]) -> Epilogue | None:
    """The work of this layer on a tile in place; None, the default, where it cannot work so.

    Each layer type that can registers a function in `plan/lowering/`.
    """
    return None
