"""Layers that work value by value: an epilogue of another kernel, or of a copy of their bottom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prototxt.blobs import Array, Shape, count
from prototxt.kernels import epilogue as ops
from prototxt.kernels.elementwise import elementwise
from prototxt.kernels.epilogue import EpilogueOp
from prototxt.kernels.phases import Phase
from prototxt.layers.axpy import Axpy
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.common.per_channel import PerChannel
from prototxt.layers.dropout import Dropout
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.prelu import PReLU
from prototxt.layers.relu import ReLU
from prototxt.layers.relu6 import ReLU6
from prototxt.plan.epilogue import Epilogue, epilogue
from prototxt.plan.estimate import pass_seconds
from prototxt.plan.kernel import Binding, Kernel, fits_tiles, is_image, numpy_kernels

__all__ = [
    "Elementwise", "axpy_epilogue", "dropout_epilogue", "dropout_kernels", "elementwise_kernels", "eltwise_epilogue",
    "neuron_epilogue", "per_channel_epilogue", "prelu_epilogue", "relu6_epilogue", "relu_epilogue",
]  # fmt: skip

COMBINE = {"SUM": np.add, "PROD": np.multiply, "MAX": np.maximum}


@numpy_kernels.register
def elementwise_kernels(
    layer: PerChannel | ElementwiseLayer | PReLU | Eltwise | Axpy, bottom: Sequence[Shape]
) -> list[Kernel]:
    """A copy of the bottom that the layer works on."""
    own = epilogue(layer, bottom)
    return [Elementwise(bottom)] if own and fits_tiles(bottom[own.tile_bottom or 0]) else []


@numpy_kernels.register
def dropout_kernels(layer: Dropout, bottom: Sequence[Shape]) -> list[Kernel]:
    """None where the top is the bottom: it needs no copy then."""
    return [] if layer.drops or layer.passes_on or not fits_tiles(bottom[0]) else [Elementwise(bottom)]


class Elementwise(Kernel):
    """A copy of a bottom, tile by tile, and what the layer does to it."""

    name = "elementwise"
    elementwise = True

    def __init__(self, bottom: Sequence[Shape]) -> None:
        self.numbers = count(bottom[0])

    def seconds(self) -> float:
        return pass_seconds(3 * self.numbers)

    def bind(self, binding: Binding) -> list[Phase]:
        x, y = binding.bottoms[0], binding.tops[0]
        return elementwise(x, y, binding.epilogue_with_bias(None), binding.threads)


@epilogue.register
def per_channel_epilogue(layer: PerChannel, bottom: Sequence[Shape]) -> Epilogue | None:
    """BatchNorm, Scale, Bias ...: a product and a sum per channel."""
    if not layer.is_per_channel(bottom):
        return None

    def make_ops(params: Sequence[Array], _: Sequence[Array]) -> list[EpilogueOp]:
        factor, offset = layer.per_channel(params)
        multiply = [] if factor is None else [ops.multiply_per_channel(factor)]
        return [*multiply, *([] if offset is None else [ops.add_per_channel(offset)])]

    return Epilogue(make_ops, per_channel=layer.per_channel)


@epilogue.register
def neuron_epilogue(layer: ElementwiseLayer, bottom: Sequence[Shape]) -> Epilogue:
    """Any function of a single value."""
    return Epilogue(lambda *_: [ops.apply_function(layer.apply)])


@epilogue.register
def relu_epilogue(layer: ReLU, bottom: Sequence[Shape]) -> Epilogue:
    """ReLU, with or without a slope."""
    op = _rectify(layer)
    return Epilogue(lambda *_: [op])


@epilogue.register
def relu6_epilogue(layer: ReLU6, bottom: Sequence[Shape]) -> Epilogue:
    """ReLU, and nothing above 6."""
    op = _rectify(layer)
    return Epilogue(lambda *_: [op, ops.clip_above(6)])


def _rectify(layer: ReLU) -> EpilogueOp:
    return ops.leaky_relu(layer.negative_slope) if layer.negative_slope else ops.relu


@epilogue.register
def prelu_epilogue(layer: PReLU, bottom: Sequence[Shape]) -> Epilogue:
    """ReLU with a learned slope."""
    return Epilogue(lambda params, _: [ops.prelu(params[0])])


@epilogue.register
def eltwise_epilogue(layer: Eltwise, bottom: Sequence[Shape]) -> Epilogue | None:
    """The tile combined with every other bottom, or scaled where it is the only one."""
    if len(bottom) == 1:
        return Epilogue(lambda *_: [ops.multiply(layer.coeff[0])])
    if layer.coeff:
        return None
    combine = COMBINE[layer.operation]
    return Epilogue(lambda _, others: [ops.CombineWithBlob(combine, other) for other in others])


@epilogue.register
def axpy_epilogue(layer: Axpy, bottom: Sequence[Shape]) -> Epilogue | None:
    """The tile of x scaled per image, plus y."""
    if not all(map(is_image, bottom)):
        return None

    def make_ops(_: Sequence[Array], others: Sequence[Array]) -> list[EpilogueOp]:
        scales, shortcut = others
        return [ops.multiply_per_image(scales), ops.CombineWithBlob(np.add, shortcut)]

    return Epilogue(make_ops, tile_bottom=1)


@epilogue.register
def dropout_epilogue(layer: Dropout, bottom: Sequence[Shape]) -> Epilogue | None:
    """Nothing at all where nothing is dropped, or the same factor for every value."""
    if layer.drops:
        return None
    return Epilogue(lambda *_: [] if layer.passes_on else [ops.multiply(layer.factor)])
