"""Convolution as matrix products over tiles: every window a row of a matrix, times all kernels as its columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import ceil, prod

import numpy as np
from numpy.typing import NDArray

from prototxt.kernels.epilogue import Action, Target
from prototxt.kernels.layout import is_matrix, view
from prototxt.kernels.window import Columns, Geometry
from prototxt.kernels.work import LEAST, Op, Phase, carve, prepared, room_for, spans, tiles

Array = NDArray[np.float32]

FEW = 128
"""Output positions up to which the kernels are shared out between threads rather than the positions: a task reads all
that it does not have its own share of. Up to MANY that is so too where there are more kernels than positions."""

MANY = 1024

PER_VALUE = 32
"""Multiply-adds that take as long as finishing an output value: bias, neuron, its way to the blob."""


def shares_kernels(images: int, matrix: tuple[int, ...], geometry: Geometry) -> bool:
    """Whether tasks take their share of the kernels, not of the positions; `matrix` is the kernel matrix's shape."""
    positions = images * prod(geometry.out)
    return positions <= FEW or positions <= min(matrix[2], MANY)


def kernel_matrix(weight: Array, group: int) -> Array:
    """Kernels of num_output x C/group x kernel_h x kernel_w as group x (kernel_h * kernel_w * C/group) x outputs."""
    outputs, inputs, *taps = weight.shape
    grouped = weight.reshape(group, outputs // group, inputs, prod(taps))
    return np.ascontiguousarray(grouped.transpose(0, 3, 2, 1)).reshape(group, -1, outputs // group)


def workspace(images: int, matrix: tuple[int, ...], geometry: Geometry) -> int:
    """How many numbers `convolve` wants to keep between its phases."""
    if geometry.is_pointwise or not shares_kernels(images, matrix, geometry):
        return 0
    return images * prod(geometry.out) * matrix[0] * matrix[1]


def convolve(
    x: Array,
    matrix: Array,
    geometry: Geometry,
    y: Array,
    actions: Sequence[Action],
    memory: Array,
    threads: int,
) -> list[Phase]:
    """y = actions(windows of x times kernels): N x H x W x C to N x OH x OW x num_output.

    `matrix` comes from `kernel_matrix`; `memory` has `workspace` numbers.
    """
    if shares_kernels(len(x), matrix.shape, geometry):
        return _by_outputs(x, matrix, geometry, Target(y, actions), memory, threads)
    return [convolve_rows(x, matrix, geometry, y, actions, threads)]


def _groups(x: Array, matrix: Array) -> tuple[list[Array], list[slice]]:
    """The inputs of every group, and the channels that its outputs have."""
    group, _, outputs = matrix.shape
    inputs = x.shape[3] // group
    parts = [x[..., g * inputs : (g + 1) * inputs] for g in range(group)]
    return parts, [slice(g * outputs, (g + 1) * outputs) for g in range(group)]


def convolve_rows(
    x: Array, matrix: Array, geometry: Geometry, y: Array, actions: Sequence[Action], threads: int
) -> Phase:
    """`convolve` where each task makes some rows of one group's outputs."""
    group, depth, outputs = matrix.shape
    target = Target(y, actions)
    parts, channels = _groups(x, matrix)
    height, width = geometry.out
    pointwise = geometry.is_pointwise and x.shape[1:3] == geometry.out and is_matrix(x)
    columns = [Columns(part, geometry) for part in parts]
    taken = outputs + (
        0 if pointwise else depth + parts[0].shape[3] * geometry.stride[0] * geometry.stride[1]
    )
    work = len(parts[0]) * height * width * outputs * (depth + PER_VALUE)
    least = ceil(threads / group) if work * group > LEAST else 1
    cuts = tiles(len(parts[0]), height, 4 * width * taken, least)
    most = max(t.images * t.rows for t in cuts)
    first = cuts[0]
    spare = columns[0].scratch_size(first.images, first.rows)
    shapes = [
        (most * width, outputs),
        (0 if pointwise else most * width * depth,),
        (0 if pointwise else spare,),
    ]

    def worker(scratch: Array) -> Callable[[int], None]:
        made, flat, edge = carve(scratch, *shapes)

        def ops(i: int) -> list[Op]:
            g, tile = i // len(cuts), cuts[i % len(cuts)]
            at = (tile.n, tile.h, slice(None), channels[g])
            rows = tile.images * tile.rows * width
            if pointwise:
                seen, before = view(parts[g][tile.n, tile.h], rows, depth), []
            else:
                seen = flat[: rows * depth].reshape(rows, depth)
                before = columns[g].fill(seen, tile, edge)
            piece = target.tile(at, made)
            multiply = partial(np.matmul, seen, matrix[g], piece.reshape(rows, outputs))
            return [*before, multiply, *target.done(piece, at)]

        return prepared(group * len(cuts), ops)

    return Phase(group * len(cuts), worker, room_for(*shapes))


def _by_outputs(
    x: Array, matrix: Array, geometry: Geometry, target: Target, memory: Array, threads: int
) -> list[Phase]:
    """Few positions, such as 7 x 7: all windows first, then each task makes some of the output channels."""
    group, depth, outputs = matrix.shape
    parts, channels = _groups(x, matrix)
    images, (height, width) = len(parts[0]), geometry.out
    rows = images * height * width
    work = rows * outputs * (depth + PER_VALUE)
    count = ceil(threads / group) if work * group > LEAST else 1
    cuts = [(g, k) for g in range(group) for k in spans(outputs, count, 16)]
    phases = []
    if geometry.is_pointwise:
        seen = [view(part, rows, depth) for part in parts]
    else:
        seen = list(memory[: group * rows * depth].reshape(group, rows, depth))
        phases.append(_all_windows(parts, geometry, seen, threads if work * group > LEAST else 1))
    widest = max(k.stop - k.start for _, k in cuts)

    def worker(scratch: Array) -> Callable[[int], None]:
        def ops(i: int) -> list[Op]:
            g, k = cuts[i]
            base = channels[g].start
            at = (slice(0, images), slice(0, height), slice(None), slice(base + k.start, base + k.stop))
            piece = target.tile(at, scratch)
            multiply = partial(np.matmul, seen[g], matrix[g][:, k], piece.reshape(rows, k.stop - k.start))
            return [multiply, *target.done(piece, at)]

        return prepared(len(cuts), ops)

    return [*phases, Phase(len(cuts), worker, rows * widest)]


def _all_windows(parts: Sequence[Array], geometry: Geometry, seen: Sequence[Array], threads: int) -> Phase:
    """Im2col of whole inputs, some rows a task."""
    width = geometry.out[1]
    columns = [Columns(part, geometry) for part in parts]
    cuts = tiles(len(parts[0]), geometry.out[0], 4 * width * columns[0].depth, threads)
    starts = [(t.n.start * geometry.out[0] + t.h.start) * width for t in cuts]
    scratch = columns[0].scratch_size(cuts[0].images, cuts[0].rows)

    def worker(scratch: Array) -> Callable[[int], None]:
        def ops(i: int) -> list[Op]:
            g, tile = i // len(cuts), cuts[i % len(cuts)]
            start = starts[i % len(cuts)]
            matrix = seen[g][start : start + tile.images * tile.rows * width]
            return columns[g].fill(matrix, tile, scratch)

        return prepared(len(parts) * len(cuts), ops)

    return Phase(len(parts) * len(cuts), worker, scratch)
