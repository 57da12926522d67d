"""Deconvolution as convolutions: outputs that lie a stride apart see the same part of the kernel.

Output o gets x[i] * w[u] from every i, u with stride * i + u = o + pad. For outputs o = a + stride * j that leaves
every stride-th tap of the kernel, and i goes along with j: a convolution of stride 1 that writes every stride-th
output.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from prototxt.kernels.convolve import convolve_rows
from prototxt.kernels.depthwise import convolve_depthwise
from prototxt.kernels.epilogue import Action
from prototxt.kernels.window import Geometry
from prototxt.kernels.work import Phase, merge

Array = NDArray[np.float32]
Pair = tuple[int, int]


class Spread(NamedTuple):
    """The geometry of a deconvolution over two axes: down, across; `out` is the output."""

    kernel: Pair
    stride: Pair
    pad: Pair
    out: Pair


class _Axis(NamedTuple):
    """One class of outputs along an axis: first, first + stride ...; `taps` of the kernel, last first."""

    made: slice
    taps: slice
    pad: int
    out: int


def _classes(kernel: int, stride: int, pad: int, out: int) -> list[_Axis]:
    classes = []
    for first in range(min(stride, out)):
        shift, tap = divmod(first + pad, stride)
        taps = range(tap, kernel, stride)
        classes.append(
            _Axis(
                slice(first, None, stride),
                slice(tap, None, stride),
                len(taps) - 1 - shift,
                len(range(first, out, stride)),
            )
        )
    return classes


def _each(geometry: Spread) -> Iterator[tuple[_Axis, _Axis]]:
    down, across = (_classes(*axis) for axis in zip(*geometry, strict=True))
    return product(down, across)


def _convolution(x: Array, down: _Axis, across: _Axis, kernel: Pair) -> tuple[Array, Geometry]:
    """The input and the geometry of one class: rows before the first that is needed are cut off."""
    top, left = max(0, -down.pad), max(0, -across.pad)
    geometry = Geometry(
        kernel, (1, 1), (max(0, down.pad), max(0, across.pad)), (1, 1), (down.out, across.out)
    )
    return x[:, top:, left:], geometry


def class_matrices(weight: Array, group: int, geometry: Spread) -> list[Array]:
    """The kernels of every class as `convolve_rows` takes them; `weight` is C x num_output/group x kernels."""
    inputs, outputs = len(weight) // group, weight.shape[1]
    grouped = weight.reshape(group, inputs, outputs, *weight.shape[2:])
    made = []
    for down, across in _each(geometry):
        part = grouped[..., down.taps, across.taps][..., ::-1, ::-1]
        made.append(np.ascontiguousarray(part.transpose(0, 3, 4, 1, 2)).reshape(group, -1, outputs))
    return made


def deconvolve(
    x: Array,
    matrices: Sequence[Array],
    geometry: Spread,
    y: Array,
    actions: Sequence[Action],
    threads: int,
) -> list[Phase]:
    """y = actions(deconvolution of x): N x H x W x C to N x OH x OW x num_output.

    `matrices` comes from `class_matrices`; no kernel axis is shorter than its stride. Actions may be per channel or per
    value, not with another blob: tiles are every stride-th row and column.
    """
    phases = []
    for (down, across), matrix in zip(_each(geometry), matrices, strict=True):
        kernel = (
            len(range(*down.taps.indices(geometry.kernel[0]))),
            len(range(*across.taps.indices(geometry.kernel[1]))),
        )
        part, window = _convolution(x, down, across, kernel)
        phases.append(convolve_rows(part, matrix, window, y[:, down.made, across.made], actions, threads))
    return [merge(phases)]


def class_kernels(weight: Array, geometry: Spread) -> list[Array]:
    """For a group per channel: the kernels of every class as `convolve_depthwise` takes them."""
    made = []
    for down, across in _each(geometry):
        part = weight[:, 0, down.taps, across.taps][:, ::-1, ::-1]
        made.append(np.tile(part.transpose(1, 2, 0), (1, 1, across.out)))
    return made


def deconvolve_depthwise(
    x: Array,
    kernels: Sequence[Array],
    geometry: Spread,
    y: Array,
    actions: Sequence[Action],
    threads: int,
) -> list[Phase]:
    """`deconvolve` where every channel has a kernel of its own; `kernels` comes from `class_kernels`."""
    phases = []
    for (down, across), kernel in zip(_each(geometry), kernels, strict=True):
        part, window = _convolution(x, down, across, kernel.shape[:2])
        phases += convolve_depthwise(part, kernel, window, y[:, down.made, across.made], actions, threads)
    return [merge(phases)]
