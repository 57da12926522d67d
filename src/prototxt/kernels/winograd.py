"""Convolution with 3 x 3 kernels and stride 1 by Winograd's F(4 x 4, 3 x 3): 36 products in place of 144.

An input tile of 6 x 6 makes an output tile of 4 x 4: y = A' [(G g G') * (B' d B)] A, where the product of two 6 x 6
tiles, summed over input channels, is 36 matrix products. The transforms are matrix products too, axis by axis.

Source: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks (2015), section 4; for the points Barabasz
and others, Error Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural Networks (2018).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from prototxt.kernels.after import Action, Target
from prototxt.kernels.window import Geometry, Padded
from prototxt.kernels.work import Phase, Tile, carve, room_for, spans

Array = NDArray[np.float32]
Exact = NDArray[np.float64]

OUT, IN = 4, 6
"""The sides of an output and of an input tile."""

POINTS = (0.0, 0.625, -0.625, 1.5, -1.5)
"""Where the polynomials are evaluated, besides infinity. The usual 0, 1, -1, 2, -2 lose five times as much accuracy."""


def _cook_toom() -> tuple[Exact, Exact, Exact]:
    """B', G and A' for POINTS, by Lagrange's interpolation; every entry is a sum of products of a few of them."""
    out, side = np.arange(OUT), len(POINTS) + 1
    others = [[q for q in POINTS if q != p] for p in POINTS]
    inputs = np.zeros((side, side))
    for i, roots in enumerate([*others, POINTS]):
        polynomial = np.poly(roots)[::-1]
        inputs[i, : len(polynomial)] = polynomial
    powers = np.array(POINTS)[:, None] ** np.arange(side - OUT + 1)
    kernels = np.vstack(
        [powers / [[np.prod(p - np.array(q))] for p, q in zip(POINTS, others, strict=True)], [0, 0, 1]]
    )
    outputs = np.vstack([np.array(POINTS)[:, None] ** out, out == OUT - 1]).T
    return inputs, kernels, outputs


_B, KERNEL, _A = _cook_toom()
INPUT, OUTPUT = _B.astype(np.float32), _A.astype(np.float32)


CACHED = 3 << 20
"""Bytes of transformed kernels up to which a core keeps them while it goes through its tiles."""

TOGETHER = 384
"""Tiles that go through the three phases together where the kernels are larger than that."""

STRIP = 56
"""Tiles that a task aims at: their transforms fit the cache at 64 channels."""


def transform_kernels(weight: Array, group: int) -> Array:
    """G g G' of num_output x C/group x 3 x 3 kernels, as 36 x group x C/group x outputs."""
    outputs, inputs = weight.shape[:2]
    taps = np.ascontiguousarray(weight.reshape(outputs, inputs, -1).T, np.float64)
    made = np.kron(KERNEL, KERNEL) @ taps.reshape(len(taps), -1)
    made = made.reshape(IN * IN, inputs, group, outputs // group).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(made, np.float32)


def workspace(x: tuple[int, ...], kernels: tuple[int, ...], geometry: Geometry) -> int:
    """How many numbers `convolve_winograd` wants to keep between its phases; `kernels` is the transformed shape."""
    _, group, inputs, outputs = kernels
    if _is_cached(kernels):
        return 0
    strips = _strips(x[0], geometry)
    most = max(sum(_count(t, geometry) for t in block) for block in _blocks(strips, geometry))
    return room_for((IN * IN, group, most, inputs), (IN * IN, group, most, outputs))


def convolve_winograd(
    x: Array,
    kernels: Array,
    geometry: Geometry,
    y: Array,
    actions: Sequence[Action],
    memory: Array,
    threads: int,
) -> list[Phase]:
    """y = actions(3 x 3 convolution of x): N x H x W x C to N x OH x OW x num_output.

    `kernels` comes from `transform_kernels`; `memory` has `workspace` numbers.
    """
    strips = _strips(len(x), geometry, threads)
    groups = [_Group(x, kernels, geometry, Target(y, actions), g) for g in range(kernels.shape[1])]
    if _is_cached(kernels.shape):
        return [_at_once(groups, strips)]
    phases = []
    for block in _blocks(strips, geometry):
        phases += _in_phases(groups, block, memory, threads)
    return phases


def _is_cached(kernels: tuple[int, ...]) -> bool:
    return 4 * IN * IN * kernels[2] * kernels[3] <= CACHED


def _strips(images: int, geometry: Geometry, threads: int = 1) -> list[Tile]:
    """Output rows for a task each, in multiples of OUT or whole images."""
    height, width = (ceil(length / OUT) for length in geometry.out)
    rows = max(1, STRIP // width)
    if rows < height:
        parts = ceil(height / rows)
        parts = ceil(parts / threads) * threads if parts * images < 4 * threads else parts
        rows = ceil(height / parts)
        return [
            Tile(slice(n, n + 1), slice(r * OUT, min((r + rows) * OUT, geometry.out[0])))
            for n in range(images)
            for r in range(0, height, rows)
        ]
    if images == 1 and height > 1 and threads > 1:
        half = ceil(height / threads)
        return [
            Tile(slice(0, 1), slice(r * OUT, min((r + half) * OUT, geometry.out[0])))
            for r in range(0, height, half)
        ]
    together = min(rows // height, ceil(images / threads))
    whole = slice(0, geometry.out[0])
    return [Tile(slice(n, min(n + together, images)), whole) for n in range(0, images, together)]


def _count(tile: Tile, geometry: Geometry) -> int:
    """How many 4 x 4 tiles."""
    return tile.images * ceil(tile.rows / OUT) * ceil(geometry.out[1] / OUT)


def _blocks(strips: Sequence[Tile], geometry: Geometry) -> list[list[Tile]]:
    """Strips that go through the phases together."""
    blocks: list[list[Tile]] = [[]]
    for strip in strips:
        if blocks[-1] and sum(_count(t, geometry) for t in [*blocks[-1], strip]) > TOGETHER:
            blocks.append([])
        blocks[-1].append(strip)
    return blocks


class _Group:
    """One group of a convolution: its inputs, its kernels, where its outputs go."""

    def __init__(self, x: Array, kernels: Array, geometry: Geometry, target: Target, g: int) -> None:
        _, _, self.inputs, self.outputs = kernels.shape
        self.kernels = kernels[:, g]
        self.geometry, self.target = geometry, target
        self.channels = slice(g * self.outputs, (g + 1) * self.outputs)
        self.padded = Padded(
            x[..., g * self.inputs : (g + 1) * self.inputs],
            Geometry((IN, IN), (OUT, OUT), geometry.pad, (1, 1), tuple(ceil(n / OUT) for n in geometry.out)),  # type: ignore[arg-type]
        )

    def edge(self, strip: Tile) -> tuple[int, int, int, int]:
        """The shape of the input under a strip."""
        return self.padded.shape(strip.images, ceil(strip.rows / OUT))

    def gather(self, strip: Tile, tiles: Array, edge: Array) -> None:
        """The 6 x 6 input tiles of a strip into 36 x tiles x C."""
        down = Tile(strip.n, slice(strip.h.start // OUT, ceil(strip.h.stop / OUT)))
        seen = self.padded.tile(down, edge)
        image, row, column, channel = seen.strides
        shape = (IN, IN, len(seen), down.rows, self.padded.geometry.out[1], self.inputs)
        strides = (row, column, image, OUT * row, OUT * column, channel)
        tiles.reshape(shape)[...] = as_strided(seen, shape, strides, writeable=False)

    def scatter(self, strip: Tile, made: Array, spare: Array) -> None:
        """The 4 x 4 output tiles, 16 x tiles x num_output, to the strip's place in the blob."""
        at = (strip.n, strip.h, slice(None), self.channels)
        piece = self.target.tile(at, spare)
        height, width = strip.rows, self.geometry.out[1]
        down, across = ceil(height / OUT), ceil(width / OUT)
        made = made.reshape(OUT, OUT, strip.images, down, across, self.outputs)
        if height % OUT or width % OUT:
            for i in range(min(OUT, height)):
                for j in range(min(OUT, width)):
                    part = piece[:, i::OUT, j::OUT]
                    part[...] = made[i, j, :, : part.shape[1], : part.shape[2]]
        else:
            to = piece.reshape(strip.images, down, OUT, across, OUT, self.outputs)
            to.transpose(2, 4, 0, 1, 3, 5)[...] = made
        self.target.done(piece, at)


def _transform(matrix: Array, tiles: Array, between: Array, made: Array) -> None:
    """matrix d matrix' of tiles that lie as side x side x rest; `made` may be any side x side x rest view."""
    out, side = matrix.shape
    rest = tiles.size // (side * side)
    np.matmul(matrix, tiles.reshape(side, -1), out=between.reshape(out, -1))
    np.matmul(matrix, between.reshape(out, side, rest), out=made)


def _at_once(groups: Sequence[_Group], strips: Sequence[Tile]) -> Phase:
    """Each task takes a strip from input to output: the kernels stay in its core's cache."""
    first = groups[0]
    geometry, inputs, outputs = first.geometry, first.inputs, first.outputs
    most = max(_count(strip, geometry) for strip in strips)
    size = IN * IN * most * max(inputs, outputs)
    shapes = [
        (size,),
        (size,),
        first.edge(strips[0]),
        (strips[0].images * strips[0].rows * geometry.out[1] * outputs,),
    ]

    def worker(scratch: Array) -> Callable[[int], None]:
        one, two, edge, spare = carve(scratch, *shapes)

        def run(i: int) -> None:
            group, strip = groups[i // len(strips)], strips[i % len(strips)]
            count = _count(strip, geometry)
            tiles, between = (a[: IN * IN * count * inputs] for a in (one, two))
            group.gather(strip, tiles, edge)
            _transform(INPUT, tiles, between, tiles.reshape(IN, IN, -1))
            products = two[: IN * IN * count * outputs].reshape(IN * IN, count, outputs)
            np.matmul(tiles.reshape(IN * IN, count, inputs), group.kernels, out=products)
            half = one[: OUT * IN * count * outputs]
            made = two[: OUT * OUT * count * outputs]
            _transform(OUTPUT, products.reshape(-1), half, made.reshape(OUT, OUT, -1))
            group.scatter(strip, made, spare)

        return run

    return Phase(len(groups) * len(strips), worker, room_for(*shapes))


def _in_phases(groups: Sequence[_Group], strips: Sequence[Tile], memory: Array, threads: int) -> list[Phase]:
    """Kernels larger than a cache: all input tiles, then the products, each core its share of the 36, then outputs."""
    first = groups[0]
    geometry, inputs, outputs = first.geometry, first.inputs, first.outputs
    counts = [_count(strip, geometry) for strip in strips]
    starts = [sum(counts[:i]) for i in range(len(counts))]
    total, most = sum(counts), max(counts)
    seen, products = carve(
        memory, (len(groups), IN * IN, total, inputs), (len(groups), IN * IN, total, outputs)
    )
    before = [(IN * IN * most * inputs,), (IN * IN * most * inputs,), first.edge(strips[0])]
    behind = [
        (OUT * IN * most * outputs,),
        (OUT * OUT * most * outputs,),
        (strips[0].images * strips[0].rows * geometry.out[1] * outputs,),
    ]
    shares = list(spans(IN * IN, 6 * threads))

    def transforms(scratch: Array) -> Callable[[int], None]:
        tiles, between, edge = carve(scratch, *before)

        def run(i: int) -> None:
            g, s = divmod(i, len(strips))
            size = IN * IN * counts[s] * inputs
            groups[g].gather(strips[s], tiles[:size], edge)
            made = seen[g, :, starts[s] : starts[s] + counts[s]].reshape(IN, IN, counts[s], inputs)
            np.matmul(INPUT, tiles[:size].reshape(IN, -1), out=between[:size].reshape(IN, -1))
            for u in range(IN):
                np.matmul(
                    INPUT, between[:size].reshape(IN, IN, -1)[u], out=tiles[:size].reshape(IN, IN, -1)[u]
                )
            made[...] = tiles[:size].reshape(made.shape)

        return run

    def multiply(_: Array) -> Callable[[int], None]:
        def run(i: int) -> None:
            g, s = divmod(i, len(shares))
            np.matmul(seen[g, shares[s]], groups[g].kernels[shares[s]], out=products[g, shares[s]])

        return run

    def outputs_of(scratch: Array) -> Callable[[int], None]:
        half, made, spare = carve(scratch, *behind)

        def run(i: int) -> None:
            g, s = divmod(i, len(strips))
            part = products[g, :, starts[s] : starts[s] + counts[s]].reshape(IN, IN * counts[s] * outputs)
            _transform(
                OUTPUT,
                part,
                half[: OUT * IN * counts[s] * outputs],
                made[: OUT * OUT * counts[s] * outputs].reshape(OUT, OUT, -1),
            )
            groups[g].scatter(strips[s], made[: OUT * OUT * counts[s] * outputs], spare)

        return run

    return [
        Phase(len(groups) * len(strips), transforms, room_for(*before)),
        Phase(len(groups) * len(shares), multiply),
        Phase(len(groups) * len(strips), outputs_of, room_for(*behind)),
    ]
