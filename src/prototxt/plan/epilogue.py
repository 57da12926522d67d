"""Layers that finish a tile where it lies, behind the layer that makes it: what each does to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from prototxt.blobs import Array, Shape
from prototxt.kernels import epilogue as after
from prototxt.kernels.epilogue import Action
from prototxt.layers.axpy import Axpy
from prototxt.layers.base import Layer
from prototxt.layers.common.per_channel import PerChannel
from prototxt.layers.dropout import Dropout
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.neuron import Neuron, ReLU, ReLU6
from prototxt.layers.prelu import PReLU
from prototxt.plan.kernel import Fold, fits_tiles

COMBINE = {"SUM": np.add, "PROD": np.multiply, "MAX": np.maximum}


def is_per_channel(layer: Layer, bottom: Sequence[Shape]) -> bool:
    """Whether the layer is a factor and an offset per channel."""
    return isinstance(layer, PerChannel) and layer.is_per_channel(bottom)


def place(layer: Layer) -> int:
    """Which of its bottoms the layer is made of, tile by tile, where it starts a chain."""
    return 1 if isinstance(layer, Axpy) else 0


def finishes(layer: Layer, bottom: Sequence[Shape], at: int) -> bool:
    """Whether `actions` knows this layer, the tile being its bottom number `at`."""
    if isinstance(layer, Axpy):
        return at == place(layer) and all(map(fits_tiles, bottom))
    if isinstance(layer, Eltwise):
        return not layer.coeff and len(bottom) > 1
    if isinstance(layer, Dropout):
        return not layer.drops
    return isinstance(layer, Neuron | PReLU) or is_per_channel(layer, bottom)


def then(fold: Fold, layer: Any, params: Sequence[Array]) -> Fold:
    """A fold with this layer, which is per channel, behind it."""
    return fold.then(*layer.per_channel(params))


def actions(layer: Any, params: Sequence[Array], others: Sequence[Array]) -> list[Action]:
    """What the layer does to a tile; `others` are its further bottoms, channels-last."""
    match layer:
        case ReLU():
            rectified = after.leaky_relu(layer.negative_slope) if layer.negative_slope else after.relu
            return [rectified, after.at_most(6)] if isinstance(layer, ReLU6) else [rectified]
        case PReLU():
            return [after.prelu(params[0])]
        case Eltwise():
            return [after.CombineWith(COMBINE[layer.operation], other) for other in others]
        case Axpy():
            scales, shortcut = others
            return [after.multiply_images(scales), after.CombineWith(np.add, shortcut)]
        case Dropout():
            return []
        case Neuron():
            return [after.call(layer.apply)]
    fold = then(Fold(), layer, params)
    made: list[Action] = [] if fold.factor is None else [after.multiply_row(fold.factor)]
    return made if fold.offset is None else [*made, after.add_row(fold.offset)]
