"""Deconvolution as convolutions: outputs that lie a stride apart meet the same part of the kernel.

Output o is the sum of x[i] * w[u] over every i, u with stride * i + u = o + pad. For outputs o = a + stride * j this
leaves every stride-th tap of the kernel, and i grows along with j: a convolution of stride 1 that writes every
stride-th output. The outputs with one such first position a are a phase of the output (in each axis).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from prototxt.kernels.convolve import convolve_rows
from prototxt.kernels.depthwise import convolve_depthwise
from prototxt.kernels.epilogue import EpilogueOp
from prototxt.kernels.phases import Phase, merge
from prototxt.kernels.window import Pair, Window2d

__all__ = ["class_kernels", "class_matrices", "deconvolve", "deconvolve_depthwise"]

Array = NDArray[np.float32]


class _Outputs(NamedTuple):
    """Outputs a stride apart along an axis: the positions `out`, and the convolution that computes them."""

    out: slice
    taps: slice
    kernel: int
    pad: int
    length: int


def _strided_outputs(kernel: int, stride: int, pad: int, out: int) -> list[_Outputs]:
    """The outputs of an axis by first position: first, first + stride ..."""
    classes = []
    for first in range(min(stride, out)):
        shift, tap = divmod(first + pad, stride)
        taps = len(range(tap, kernel, stride))
        length = len(range(first, out, stride))
        every = slice(first, None, stride), slice(tap, None, stride)
        classes.append(_Outputs(*every, taps, taps - 1 - shift, length))
    return classes


def _output_classes(window: Window2d) -> Iterator[tuple[_Outputs, _Outputs]]:
    """Rows and columns of every class of outputs."""
    axes = zip(window.kernel, window.stride, window.pad, window.out, strict=True)
    rows, columns = (_strided_outputs(*axis) for axis in axes)
    return product(rows, columns)


def _as_convolution(x: Array, rows: _Outputs, columns: _Outputs) -> tuple[Array, Window2d]:
    """The input and the window of one class: rows before the first that is needed are cut off."""
    x = x[:, max(0, -rows.pad) :, max(0, -columns.pad) :]
    pad: Pair = (max(0, rows.pad), max(0, columns.pad))
    size, out = (x.shape[1], x.shape[2]), (rows.length, columns.length)
    return x, Window2d((rows.kernel, columns.kernel), (1, 1), pad, (1, 1), size, out)


def class_matrices(weight: Array, group: int, window: Window2d) -> list[Array]:
    """The kernels of every class as `convolve_rows` takes them; `weight` is C x num_output/group x kernel."""
    inputs, outputs = len(weight) // group, weight.shape[1]
    grouped = weight.reshape(group, inputs, outputs, *weight.shape[2:])
    matrices = []
    for rows, columns in _output_classes(window):
        part = grouped[..., rows.taps, columns.taps][..., ::-1, ::-1]
        matrices.append(np.ascontiguousarray(part.transpose(0, 3, 4, 1, 2)).reshape(group, -1, outputs))
    return matrices


def deconvolve(
    x: Array,
    matrices: Sequence[Array],
    window: Window2d,
    y: Array,
    epilogue: Sequence[EpilogueOp],
    threads: int,
) -> list[Phase]:
    """y = epilogue(deconvolution of x): N x H x W x C to N x OH x OW x num_output.

    `matrices` comes from `class_matrices`; no kernel axis is shorter than its stride. The epilogue may work per channel
    or per value, not with another blob: tiles are every stride-th row and column.
    """
    phases = []
    for (rows, columns), matrix in zip(_output_classes(window), matrices, strict=True):
        part, own = _as_convolution(x, rows, columns)
        phases.append(convolve_rows(part, matrix, own, y[:, rows.out, columns.out], epilogue, threads))
    return [merge(phases)]


def class_kernels(weight: Array, window: Window2d) -> list[Array]:
    """For a group per channel: the kernels of every class as `convolve_depthwise` takes them."""
    kernels = []
    for rows, columns in _output_classes(window):
        part = weight[:, 0, rows.taps, columns.taps][:, ::-1, ::-1]
        kernels.append(np.tile(part.transpose(1, 2, 0), (1, 1, columns.length)))
    return kernels


def deconvolve_depthwise(
    x: Array,
    kernels: Sequence[Array],
    window: Window2d,
    y: Array,
    epilogue: Sequence[EpilogueOp],
    threads: int,
) -> list[Phase]:
    """`deconvolve` where every channel has its own kernel; `kernels` comes from `class_kernels`."""
    phases = []
    for (rows, columns), kernel in zip(_output_classes(window), kernels, strict=True):
        part, own = _as_convolution(x, rows, columns)
        phases += convolve_depthwise(part, kernel, own, y[:, rows.out, columns.out], epilogue, threads)
    return [merge(phases)]
