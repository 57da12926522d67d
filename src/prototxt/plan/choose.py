"""Which kernel runs a layer: the first in its table that says it applies, else the room's own forward."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from prototxt.kernels.convolve import (
    convolve_1x1,
    convolve_depthwise,
    convolve_im2col,
    deconvolve_col2im,
)
from prototxt.kernels.lrn import lrn_across
from prototxt.kernels.pool import pool_max, pool_sum
from prototxt.layers._pool_window import pool_divisors
from prototxt.layers.base import Array, Layer, Shape
from prototxt.layers.batch_norm import BatchNorm
from prototxt.layers.convolution import Convolution
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.lrn import LRN
from prototxt.layers.pooling import Pooling
from prototxt.layers.scale import Scale

Run = Callable[[Any, Sequence[Array], Sequence[Array]], list[Array]]


@dataclass(frozen=True, slots=True)
class Kernel:
    """A way to run one layer type.

    `applies(layer, bottom_shapes)` says for which layers; `run(layer, bottoms, params)` gives the tops.
    """

    name: str
    applies: Callable[[Any, Sequence[Shape]], bool]
    run: Run


def _forward(layer: Layer, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
    return layer.forward(bottom, params)


FORWARD = Kernel("forward", lambda layer, bottom: True, _forward)
"""The room's own forward, which serves every layer."""

MAKES_NEW_ARRAYS = (Convolution, Deconvolution, InnerProduct, Pooling, LRN, BatchNorm, Scale, Eltwise)
"""Rooms whose results never share memory with a bottom: a fused layer may overwrite them."""


def _plain_layout(layer: Convolution | Deconvolution, bottom: Sequence[Shape]) -> bool:
    """One batch axis, then channels, then at least one spatial axis."""
    return layer.channel_axis(bottom[0]) == 1 and len(bottom[0]) > 2


def _is_1x1(layer: Convolution, bottom: Sequence[Shape]) -> bool:
    if not _plain_layout(layer, bottom):
        return False
    window = layer.window(bottom[0])
    return window.size == 1 and set(window.stride) == {1} and not any(window.pad)


def _is_depthwise(layer: Convolution, bottom: Sequence[Shape]) -> bool:
    return _plain_layout(layer, bottom) and layer.group == bottom[0][1] == layer.num_output


def _bias(params: Sequence[Array]) -> Array | None:
    return params[1] if len(params) > 1 else None


def _run_1x1(layer: Convolution, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
    return [convolve_1x1(x, params[0], _bias(params), layer.group) for x in bottom]


def _run_depthwise(layer: Convolution, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
    w, out = layer.window(bottom[0].shape), layer.spatial_out(bottom[0].shape)
    margins = w.margins(bottom[0].shape[2:], out)
    return [
        convolve_depthwise(x, params[0], _bias(params), out, w.stride, margins, w.dilation) for x in bottom
    ]


def _run_im2col(layer: Convolution, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
    w, out = layer.window(bottom[0].shape), layer.spatial_out(bottom[0].shape)
    margins = w.margins(bottom[0].shape[2:], out)
    return [
        convolve_im2col(x, params[0], _bias(params), layer.group, out, w.stride, margins, w.dilation)
        for x in bottom
    ]


def _run_col2im(layer: Deconvolution, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
    w = layer.window(bottom[0].shape)
    out = layer.spatial_out(bottom[0].shape)
    return [
        deconvolve_col2im(x, params[0], _bias(params), layer.group, out, w.stride, w.pad, w.dilation)
        for x in bottom
    ]


def _pools(method: str) -> Callable[[Pooling, Sequence[Shape]], bool]:
    return lambda layer, bottom: layer.method == method and layer.num_tops == 1


def _run_max(layer: Pooling, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
    w, out = layer.window(bottom[0].shape), layer.shapes([bottom[0].shape])[0][2:]
    return [pool_max(bottom[0], w.kernel, w.stride, w.pad, out)]


def _run_average(layer: Pooling, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
    w, out = layer.window(bottom[0].shape), layer.shapes([bottom[0].shape])[0][2:]
    y = pool_sum(bottom[0], w.kernel, w.stride, w.pad, out)
    axes = zip(bottom[0].shape[2:], out, w.kernel, w.stride, w.pad, strict=True)
    down, across = (np.array(pool_divisors(*axis), np.float32) for axis in axes)
    y /= down[:, None] * across
    return [y]


def _run_lrn(layer: LRN, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
    return [lrn_across(bottom[0], layer.local_size, layer.alpha, layer.beta, layer.k)]


KERNELS: dict[type[Layer], tuple[Kernel, ...]] = {
    Convolution: (
        Kernel("1x1", _is_1x1, _run_1x1),
        Kernel("depthwise", _is_depthwise, _run_depthwise),
        Kernel("im2col", _plain_layout, _run_im2col),
    ),
    Deconvolution: (Kernel("col2im", _plain_layout, _run_col2im),),
    Pooling: (
        Kernel("max by axis", _pools("MAX"), _run_max),
        Kernel("sum by axis", _pools("AVE"), _run_average),
    ),
    LRN: (Kernel("square roots", lambda layer, bottom: layer.across, _run_lrn),),
}


def candidates(layer: Layer, bottom: Sequence[Shape]) -> list[Kernel]:
    """Every kernel that can run this layer on bottoms of these shapes, the preferred one first."""
    return [k for k in (*KERNELS.get(type(layer), ()), FORWARD) if k.applies(layer, bottom)]


def choose(layer: Layer, bottom: Sequence[Shape]) -> Kernel:
    """The kernel that runs this layer."""
    return candidates(layer, bottom)[0]
