"""Which kernel runs a layer: the one of its table that applies and should take the least time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prototxt.blobs import Shape
from prototxt.layers.axpy import Axpy
from prototxt.layers.base import Layer
from prototxt.layers.common.per_channel import PerChannel
from prototxt.layers.concat import Concat
from prototxt.layers.convolution import Convolution
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.lrn import LRN
from prototxt.layers.neuron import Neuron
from prototxt.layers.pooling import Pooling
from prototxt.layers.prelu import PReLU
from prototxt.layers.shuffle_channel import ShuffleChannel
from prototxt.plan.convolutions import Deconvolve, DeconvolveDepthwise, Depthwise, Direct, Winograd
from prototxt.plan.kernel import Kernel
from prototxt.plan.others import (
    Across,
    AverageAll,
    AveragePool,
    Elementwise,
    Join,
    MaxPool,
    MaxPoolPlaces,
    Product,
    Shuffle,
)

Table = Mapping[type[Layer], tuple[Kernel, ...]]

KERNELS: Table = {
    Convolution: (Direct(), Winograd(), Depthwise()),
    Deconvolution: (Deconvolve(), DeconvolveDepthwise()),
    Pooling: (MaxPool(), MaxPoolPlaces(), AveragePool(), AverageAll()),
    LRN: (Across(),),
    InnerProduct: (Product(),),
    Concat: (Join(),),
    ShuffleChannel: (Shuffle(),),
    **dict.fromkeys((PerChannel, Neuron, PReLU, Eltwise, Axpy), (Elementwise(),)),
}
"""By layer class; a class without a row of its own has its base's. Any layer can run by its room's own forward."""


def candidates(layer: Layer, bottom: Sequence[Shape], table: Table = KERNELS) -> list[Kernel]:
    """Every kernel that can run this layer on bottoms of these shapes, the fastest by estimate first."""
    row = next((table[kind] for kind in type(layer).__mro__ if kind in table), ())
    able = [kernel for kernel in row if kernel.applies(layer, bottom)]
    return sorted(able, key=lambda kernel: kernel.seconds(layer, bottom))


def choose(layer: Layer, bottom: Sequence[Shape], table: Table = KERNELS) -> Kernel | None:
    """The kernel that runs this layer; None where its room's own forward does."""
    return next(iter(candidates(layer, bottom, table)), None)
