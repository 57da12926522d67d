"""Convolution with 3 x 3 or 5 x 5 kernels and stride 1 by Winograd's algorithm.

An input tile of 6 x 6 makes an output tile of 4 x 4 with 36 products in place of 144, F(4 x 4, 3 x 3), or of 2 x 2 with
36 in place of 100, F(2 x 2, 5 x 5): y = A' [(G g G') * (B' d B)] A, where the product of two 6 x 6 tiles, summed over
input channels, is 36 matrix products. The transforms are matrix products too, axis by axis.

Source: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks (2015), section 4; for the points Barabasz
and others, Error Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural Networks (2018).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import accumulate
from math import ceil, prod
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from prototxt.kernels.epilogue import Action, Target
from prototxt.kernels.layout import view
from prototxt.kernels.window import Geometry, Padded
from prototxt.kernels.work import ALIGN, Op, Phase, Tile, carve, prepared, put, room_for, spans

Array = NDArray[np.float32]
Exact = NDArray[np.float64]

IN = 6
"""The side of an input tile."""

POINTS = (0.0, 0.625, -0.625, 1.5, -1.5)
"""Where the polynomials are evaluated, besides infinity. The usual 0, 1, -1, 2, -2 lose five times as much accuracy."""


class Transforms(NamedTuple):
    """B', G and A' for kernels of one size."""

    input: Array
    kernel: Exact
    output: Array


@cache
def transforms(taps: int) -> Transforms:
    """By Lagrange's interpolation at POINTS (Cook and Toom); every entry is a sum of products of a few of them."""
    points, out = np.array(POINTS), IN - taps + 1
    others = [[q for q in POINTS if q != p] for p in POINTS]
    inputs = np.zeros((IN, IN))
    for i, roots in enumerate([*others, POINTS]):
        polynomial = np.poly(roots)[::-1]
        inputs[i, : len(polynomial)] = polynomial
    slopes = [np.prod(p - np.array(q)) for p, q in zip(POINTS, others, strict=True)]
    kernels = np.vstack(
        [points[:, None] ** np.arange(taps) / np.array(slopes)[:, None], np.arange(taps) == taps - 1]
    )
    outputs = np.vstack([points[:, None] ** np.arange(out), np.arange(out) == out - 1]).T
    return Transforms(inputs.astype(np.float32), kernels, outputs.astype(np.float32))


def out_side(geometry: Geometry) -> int:
    """The side of an output tile."""
    return IN - geometry.kernel[0] + 1


CACHED = 3 << 20
"""Bytes of transformed kernels up to which a core keeps them while it goes through its tiles."""

TOGETHER = 384
"""Tiles that go through the three phases together where the kernels are larger than that."""

STRIP = 56
"""Tiles that a task has at most: at 64 channels their transforms take 0.5 MB."""


def transform_kernels(weight: Array, group: int) -> Array:
    """G g G' of num_output x C/group x taps x taps kernels, as 36 x group x C/group x outputs."""
    outputs, inputs = weight.shape[:2]
    taps = np.ascontiguousarray(weight.reshape(outputs, inputs, -1).T, np.float64)
    kernel = transforms(weight.shape[2]).kernel
    made = np.kron(kernel, kernel) @ taps.reshape(len(taps), -1)
    made = made.reshape(IN * IN, inputs, group, outputs // group).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(made, np.float32)


def workspace(x: tuple[int, ...], kernels: tuple[int, ...], geometry: Geometry) -> int:
    """How many numbers `convolve_winograd` wants to keep between its phases; `kernels` is the transformed shape."""
    _, group, inputs, outputs = kernels
    if _is_cached(kernels):
        return 0
    strips = _strips(x[0], geometry)
    total = sum(_count(strip, geometry) for strip in strips)
    most = min(total, max(TOGETHER, *(_count(strip, geometry) for strip in strips)))
    return room_for((IN * IN * group * most * inputs,), (IN * IN * group * most * outputs,))


def convolve_winograd(
    x: Array,
    kernels: Array,
    geometry: Geometry,
    y: Array,
    actions: Sequence[Action],
    memory: Array,
    threads: int,
) -> list[Phase]:
    """y = actions(convolution of x): N x H x W x C to N x OH x OW x num_output.

    `kernels` comes from `transform_kernels`; `memory` has `workspace` numbers.
    """
    _, group, _, outputs = kernels.shape
    target = Target(y, actions)
    if _is_cached(kernels.shape):
        strips = _strips(len(x), geometry, 1 if len(x) == 1 else threads)
        # Where one strip would do, tasks share the kernels: each core gets ready those that it uses, and no others.
        if len(strips) * group < threads:
            shares = list(spans(outputs, ceil(threads / len(strips) / group), ALIGN))
        else:
            strips, shares = _strips(len(x), geometry, threads), [slice(0, outputs)]
        groups = [_Group(x, kernels, geometry, target, g, share) for g in range(group) for share in shares]
        return [_at_once(groups, strips, geometry)]
    phases = []
    groups = [_Group(x, kernels, geometry, target, g, slice(0, outputs)) for g in range(group)]
    for block in _blocks(_strips(len(x), geometry, threads), geometry):
        phases += _in_phases(groups, block, geometry, memory, threads)
    return phases


def _is_cached(kernels: tuple[int, ...]) -> bool:
    return 4 * IN * IN * kernels[2] * kernels[3] <= CACHED


def _strips(images: int, geometry: Geometry, threads: int = 1) -> list[Tile]:
    """Output rows for a task each, in multiples of a tile, or whole images; as many as threads, or a multiple."""
    side = out_side(geometry)
    height, width = (ceil(length / side) for length in geometry.out)
    parts = ceil(images * height * width / STRIP)
    parts = ceil(parts / threads) * threads
    if parts <= images:
        together = ceil(images / parts)
        whole = slice(0, geometry.out[0])
        return [Tile(slice(n, min(n + together, images)), whole) for n in range(0, images, together)]
    rows = ceil(height / ceil(parts / images))
    return [
        Tile(slice(n, n + 1), slice(r * side, min((r + rows) * side, geometry.out[0])))
        for n in range(images)
        for r in range(0, height, rows)
    ]


def _count(tile: Tile, geometry: Geometry) -> int:
    """How many output tiles."""
    side = out_side(geometry)
    return tile.images * ceil(tile.rows / side) * ceil(geometry.out[1] / side)


def _largest(strips: Sequence[Tile]) -> Tile:
    """Where a block starts, the first may be an image's short last one."""
    return max(strips, key=lambda strip: strip.images * strip.rows)


def _blocks(strips: Sequence[Tile], geometry: Geometry) -> list[list[Tile]]:
    """Strips that go through the phases together."""
    blocks: list[list[Tile]] = [[]]
    for strip in strips:
        if blocks[-1] and sum(_count(t, geometry) for t in [*blocks[-1], strip]) > TOGETHER:
            blocks.append([])
        blocks[-1].append(strip)
    return blocks


class _Group:
    """A share of one group's outputs: its inputs, its kernels, where its outputs go."""

    def __init__(
        self, x: Array, kernels: Array, geometry: Geometry, target: Target, g: int, share: slice
    ) -> None:
        _, _, self.inputs, outputs = kernels.shape
        self.outputs = share.stop - share.start
        self.kernels, self.target = kernels[:, g, :, share], target
        self.transforms = transforms(geometry.kernel[0])
        self.side, (self.height, self.width) = out_side(geometry), geometry.out
        self.channels = slice(g * outputs + share.start, g * outputs + share.stop)
        side, pad = (self.side, self.side), geometry.pad
        down, across = ceil(self.height / self.side), ceil(self.width / self.side)
        seen = x[..., g * self.inputs : (g + 1) * self.inputs]
        self.padded = Padded(seen, Geometry((IN, IN), side, pad, (1, 1), (down, across)))

    def edge(self, strip: Tile) -> tuple[int, int, int, int]:
        """The shape of the input under a strip."""
        return self.padded.shape(strip.images, ceil(strip.rows / self.side))

    def piece(self, strip: Tile) -> tuple[int]:
        """How many numbers a strip of the output has."""
        return (strip.images * strip.rows * self.width * self.outputs,)

    def read(self, strip: Tile, one: Array, two: Array, edge: Array, made: Array) -> list[Op]:
        """What makes the input tiles of a strip, transformed: B' d B as 6 x 6 x (tiles * C)."""
        down = Tile(strip.n, slice(strip.h.start // self.side, ceil(strip.h.stop / self.side)))
        seen, ops = self.padded.tile(down, edge)
        image, row, column, channel = seen.strides
        shape = (IN, IN, len(seen), down.rows, self.padded.geometry.out[1], self.inputs)
        strides = (row, column, image, self.side * row, self.side * column, channel)
        tiles = one[: prod(shape)]
        gather = put(tiles.reshape(shape), as_strided(seen, shape, strides, writeable=False))
        return [*ops, gather, *_transform_in(self.transforms.input, tiles, two, made)]

    def write(self, strip: Tile, products: Array, one: Array, two: Array, spare: Array) -> list[Op]:
        """What puts the output tiles A' m A of a strip to their place; `products` is 6 x 6 x (tiles * outputs)."""
        side = self.side
        down, across = ceil(strip.rows / side), ceil(self.width / side)
        shape = (side, side, strip.images, down, across, self.outputs)
        made = two[: prod(shape)]
        ops = _transform_out(self.transforms.output, products, one, made)
        at = (strip.n, strip.h, slice(None), self.channels)
        piece = self.target.tile(at, spare)
        whole = (strip.images, down * side, across * side, self.outputs)
        fits = piece.shape == whole
        to = piece if fits else one[: prod(whole)].reshape(whole)
        rows = to.reshape(strip.images, down, side, across, side, self.outputs)
        ops.append(put(rows.transpose(2, 4, 0, 1, 3, 5), made.reshape(shape)))
        if not fits:
            ops.append(put(piece, to[:, : strip.rows, : self.width]))
        return [*ops, *self.target.done(piece, at)]


def _transform_in(matrix: Array, tiles: Array, between: Array, made: Array) -> list[Op]:
    """made = matrix d matrix' of 6 x 6 x rest tiles; `made` may be any such view, the tiles are one piece."""
    half = between[: tiles.size]
    return [
        partial(np.matmul, matrix, tiles.reshape(IN, -1), half.reshape(IN, -1)),
        partial(np.matmul, matrix, half.reshape(IN, IN, -1), made),
    ]


def _transform_out(matrix: Array, tiles: Array, between: Array, made: Array) -> list[Op]:
    """made = matrix d matrix' of 6 x 6 x rest tiles; these may be any such view, `made` is one piece."""
    side, rest = len(matrix), tiles.shape[2]
    half = between[: IN * side * rest]
    return [
        partial(np.matmul, matrix, tiles, half.reshape(IN, side, rest)),
        partial(np.matmul, matrix, half.reshape(IN, -1), made.reshape(side, -1)),
    ]


def _at_once(groups: Sequence[_Group], strips: Sequence[Tile], geometry: Geometry) -> Phase:
    """Each task takes a strip from input to output: the kernels stay in its core's cache."""
    inputs = groups[0].inputs  # the first share is the largest
    size = (IN * IN * max(_count(strip, geometry) for strip in strips) * max(inputs, groups[0].outputs),)
    largest = _largest(strips)
    shapes = [size, size, groups[0].edge(largest), groups[0].piece(largest)]

    def worker(scratch: Array) -> Callable[[int], None]:
        one, two, edge, spare = carve(scratch, *shapes)

        def ops(i: int) -> list[Op]:
            group, strip = groups[i // len(strips)], strips[i % len(strips)]
            count = _count(strip, geometry)
            seen = one[: IN * IN * count * inputs]
            products = two[: IN * IN * count * group.outputs].reshape(IN * IN, count, group.outputs)
            return [
                *group.read(strip, one, two, edge, seen.reshape(IN, IN, -1)),
                partial(np.matmul, seen.reshape(IN * IN, count, inputs), group.kernels, products),
                *group.write(strip, products.reshape(IN, IN, -1), one, two, spare),
            ]

        return prepared(len(groups) * len(strips), ops)

    return Phase(len(groups) * len(strips), worker, room_for(*shapes))


def _in_phases(
    groups: Sequence[_Group], strips: Sequence[Tile], geometry: Geometry, memory: Array, threads: int
) -> list[Phase]:
    """Kernels larger than a cache: all input tiles, then the products, each task some of the 36, then the outputs."""
    inputs, outputs = groups[0].inputs, groups[0].outputs
    counts = [_count(strip, geometry) for strip in strips]
    places = [slice(end - count, end) for end, count in zip(accumulate(counts), counts, strict=True)]
    total, most = sum(counts), max(counts)
    seen, products = carve(
        memory, (len(groups), IN * IN, total, inputs), (len(groups), IN * IN, total, outputs)
    )
    size = (IN * IN * most * max(inputs, outputs),)
    before = [size, size, groups[0].edge(_largest(strips))]
    behind = [size, size, groups[0].piece(_largest(strips))]
    shares = list(spans(IN * IN, 2 * threads))

    def read(scratch: Array) -> Callable[[int], None]:
        one, two, edge = carve(scratch, *before)

        def ops(i: int) -> list[Op]:
            g, s = divmod(i, len(strips))
            made = view(seen[g, :, places[s]], IN, IN, counts[s] * inputs)
            return groups[g].read(strips[s], one, two, edge, made)

        return prepared(len(groups) * len(strips), ops)

    def multiply(_: Array) -> Callable[[int], None]:
        def ops(i: int) -> list[Op]:
            g, s = divmod(i, len(shares))
            kernels = groups[g].kernels[shares[s]]
            return [partial(np.matmul, seen[g, shares[s]], kernels, products[g, shares[s]])]

        return prepared(len(groups) * len(shares), ops)

    def write(scratch: Array) -> Callable[[int], None]:
        one, two, spare = carve(scratch, *behind)

        def ops(i: int) -> list[Op]:
            g, s = divmod(i, len(strips))
            made = view(products[g, :, places[s]], IN, IN, counts[s] * outputs)
            return groups[g].write(strips[s], made, one, two, spare)

        return prepared(len(groups) * len(strips), ops)

    return [
        Phase(len(groups) * len(strips), read, room_for(*before)),
        Phase(len(groups) * len(shares), multiply),
        Phase(len(groups) * len(strips), write, room_for(*behind)),
    ]
