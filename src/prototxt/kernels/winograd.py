"""Convolution with 3 x 3 or 5 x 5 kernels and stride 1 by Winograd's algorithm.

An input tile of 6 x 6 makes an output tile of 4 x 4 with 36 products in place of 144, F(4 x 4, 3 x 3), or of 2 x 2 with
36 in place of 100, F(2 x 2, 5 x 5): y = A' [(G g G') * (B' d B)] A, where the product of two 6 x 6 tiles, summed over
input channels, is 36 matrix products. The transforms are matrix products too, axis by axis.

A value takes part in every output of its tiles. Outputs whose squares are not all finite are therefore computed again
as plain sums. A large finite value only costs accuracy: it leaves the other outputs of its tiles an error of about
1e-6 of it, times the weights.

Source: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks (2015), section 4; for the points Barabasz
and others, Error Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural Networks (2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import accumulate
from math import ceil, isfinite, prod

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from prototxt.kernels.epilogue import EpilogueOp, TileOutput
from prototxt.kernels.layout import view
from prototxt.kernels.phases import ALIGN, Buffers, Call, Phase, copy_into, make_phase
from prototxt.kernels.tiling import Tile, split_axis
from prototxt.kernels.window import Im2col, PaddedInput, Window2d
from prototxt.kernels.winograd_transforms import TILE_IN, transforms

__all__ = ["applies", "convolve_winograd", "count_tiles", "transform_kernels", "workspace"]

Array = NDArray[np.float32]

MAX_CACHED_BYTES = 3 << 20
"""Bytes of transformed kernels up to which a core keeps them in its cache while it goes through its tiles."""

MAX_BLOCK_TILES = 384
"""Tiles that go through the three phases together where the kernels are larger than that."""

MAX_STRIP_TILES = 56
"""Tiles of a task: at 64 channels their transforms take 0.5 MB."""


def transform_kernels(weight: Array, group: int) -> Array:
    """G g G' of num_output x C/group x taps x taps kernels, as 36 x group x C/group x outputs."""
    outputs, inputs = weight.shape[:2]
    taps = np.ascontiguousarray(weight.reshape(outputs, inputs, -1).T, np.float64)
    kernel = transforms(weight.shape[2]).kernel
    result = np.kron(kernel, kernel) @ taps.reshape(len(taps), -1)
    result = result.reshape(TILE_IN * TILE_IN, inputs, group, outputs // group).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(result, np.float32)


def applies(window: Window2d) -> bool:
    """Whether there is a transform for kernels of this size."""
    return window.kernel in ((3, 3), (5, 5)) and window.stride == window.dilation == (1, 1)


def _tile_out(window: Window2d) -> int:
    """The side of an output tile."""
    return TILE_IN - window.kernel[0] + 1


def count_tiles(images: int, rows: int, window: Window2d) -> int:
    """The number of output tiles in this many images and output rows."""
    side = _tile_out(window)
    return images * ceil(rows / side) * ceil(window.out[1] / side)


def workspace(x: tuple[int, ...], kernels: tuple[int, ...], window: Window2d) -> int:
    """The size of the memory that `convolve_winograd` keeps between its phases, in numbers.

    `x` is the shape of the input, N x H x W x C, `kernels` that of the transformed kernels.
    """
    _, group, inputs, outputs = kernels
    if _fits_cache(kernels):
        return 0
    counts = [_count(strip, window) for strip in _split_into_strips(x[0], window)]
    tiles = min(sum(counts), max(MAX_BLOCK_TILES, *counts))
    return _transformed_blobs(group, tiles, inputs, outputs).size


def _transformed_blobs(group: int, tiles: int, inputs: int, outputs: int) -> Buffers:
    """The transformed input tiles and their products with the kernels."""
    squared = TILE_IN * TILE_IN
    return Buffers((group, squared, tiles, inputs), (group, squared, tiles, outputs))


def convolve_winograd(
    x: Array,
    kernels: Array,
    weight: Array,
    window: Window2d,
    y: Array,
    epilogue: Sequence[EpilogueOp],
    memory: Array,
    threads: int,
) -> list[Phase]:
    """y = epilogue(convolution of x): N x H x W x C to N x OH x OW x num_output.

    `kernels` comes from `transform_kernels` for this `weight`; `memory` has `workspace` numbers.
    """
    _, group, _, outputs = kernels.shape
    output = TileOutput(y, epilogue)
    if _fits_cache(kernels.shape):
        strips = _split_into_strips(len(x), window, 1 if len(x) == 1 else threads)
        # Where one strip would do, tasks divide the kernels: each core reads those that it uses, and no others.
        if len(strips) * group < threads:
            spans = list(split_axis(outputs, ceil(threads / len(strips) / group), ALIGN))
        else:
            strips, spans = _split_into_strips(len(x), window, threads), [slice(0, outputs)]
        groups = [_Group(x, kernels, weight, window, output, g, span) for g in range(group) for span in spans]
        return [_one_phase(groups, strips, window)]
    phases = []
    groups = [_Group(x, kernels, weight, window, output, g, slice(0, outputs)) for g in range(group)]
    for block in _split_into_blocks(_split_into_strips(len(x), window, threads), window):
        phases += _three_phases(groups, block, window, memory, threads)
    return phases


def _fits_cache(kernels: tuple[int, ...]) -> bool:
    return 4 * TILE_IN * TILE_IN * kernels[2] * kernels[3] <= MAX_CACHED_BYTES


def _split_into_strips(images: int, window: Window2d, threads: int = 1) -> list[Tile]:
    """Output rows of one image, in multiples of a tile, or whole images: a strip per thread, or a multiple of that."""
    side, height = _tile_out(window), window.out[0]
    parts = ceil(count_tiles(images, height, window) / MAX_STRIP_TILES)
    parts = ceil(parts / threads) * threads
    if parts <= images:
        step = ceil(images / parts)
        return [Tile(slice(n, min(n + step, images)), slice(0, height)) for n in range(0, images, step)]
    tile_rows = ceil(height / side)
    step = ceil(tile_rows / ceil(parts / images))
    rows = [slice(r * side, min((r + step) * side, height)) for r in range(0, tile_rows, step)]
    return [Tile(slice(n, n + 1), span) for n in range(images) for span in rows]


def _count(strip: Tile, window: Window2d) -> int:
    return count_tiles(strip.images, strip.rows, window)


def _largest(strips: Sequence[Tile]) -> Tile:
    """The first strip of a block may be the short last one of an image."""
    return max(strips, key=lambda strip: strip.images * strip.rows)


def _split_into_blocks(strips: Sequence[Tile], window: Window2d) -> list[list[Tile]]:
    """Strips that go through the phases together."""
    blocks: list[list[Tile]] = [[]]
    for strip in strips:
        if blocks[-1] and sum(_count(s, window) for s in [*blocks[-1], strip]) > MAX_BLOCK_TILES:
            blocks.append([])
        blocks[-1].append(strip)
    return blocks


class _Group:
    """Some outputs of one group: its inputs, its kernels, where its outputs go."""

    def __init__(
        self,
        x: Array,
        kernels: Array,
        weight: Array,
        window: Window2d,
        output: TileOutput,
        g: int,
        span: slice,
    ) -> None:
        _, _, self.inputs, outputs = kernels.shape
        self.outputs = span.stop - span.start
        self.kernels, self.output = kernels[:, g, :, span], output
        self.transforms = transforms(window.kernel[0])
        self.side, (self.height, self.width) = _tile_out(window), window.out
        self.channels = slice(g * outputs + span.start, g * outputs + span.stop)
        rows, columns = ceil(self.height / self.side), ceil(self.width / self.side)
        tiles = window._replace(kernel=(TILE_IN, TILE_IN), stride=(self.side, self.side), out=(rows, columns))
        own = x[..., g * self.inputs : (g + 1) * self.inputs]
        self.padded, self.plain, self.weight = (
            PaddedInput(own, tiles),
            Im2col(own, window),
            weight[self.channels],
        )

    def input_shape(self, strip: Tile) -> tuple[int, int, int, int]:
        """The shape of the padded input under a strip."""
        return self.padded.shape(strip.images, ceil(strip.rows / self.side))

    def output_shape(self, strip: Tile) -> tuple[int, int, int, int]:
        """The shape of a strip of the output."""
        return strip.images, strip.rows, self.width, self.outputs

    def read(self, strip: Tile, one: Array, two: Array, edge: Array, result: Array) -> list[Call]:
        """The calls that transform the input tiles of a strip: B' d B as 6 x 6 x (tiles * C)."""
        tile_rows = Tile(strip.n, slice(strip.h.start // self.side, ceil(strip.h.stop / self.side)))
        padded, calls = self.padded.under(tile_rows, edge)
        image, row, column, channel = padded.strides
        shape = (TILE_IN, TILE_IN, len(padded), tile_rows.rows, self.padded.window.out[1], self.inputs)
        strides = (row, column, image, self.side * row, self.side * column, channel)
        tiles = one[: prod(shape)]
        gather = copy_into(tiles.reshape(shape), as_strided(padded, shape, strides, writeable=False))
        return [*calls, gather, *_transform_in(self.transforms.input, tiles, two, result)]

    def write(self, strip: Tile, products: Array, one: Array, two: Array, scratch: Array) -> list[Call]:
        """The calls that put the output tiles A' m A of a strip into place; `products` is 6 x 6 x (tiles * outputs)."""
        side = self.side
        rows, columns = ceil(strip.rows / side), ceil(self.width / side)
        shape = (side, side, strip.images, rows, columns, self.outputs)
        tiles = two[: prod(shape)]
        calls = _transform_out(self.transforms.output, products, one, tiles)
        index = strip.blob_index(self.channels)
        piece = self.output.buffer(index, scratch)
        whole = (strip.images, rows * side, columns * side, self.outputs)
        fits = piece.shape == whole
        image = piece if fits else one[: prod(whole)].reshape(whole)
        by_tile = image.reshape(strip.images, rows, side, columns, side, self.outputs)
        calls.append(copy_into(by_tile.transpose(2, 4, 0, 1, 3, 5), tiles.reshape(shape)))
        if not fits:
            calls.append(copy_into(piece, image[:, : strip.rows, : self.width]))
        return [*calls, partial(self._mend, piece, strip), *self.output.finish(piece, index)]

    def _mend(self, piece: Array, strip: Tile) -> None:
        """Compute a strip of the output as plain sums where its values, or their squares, are not finite."""
        values = piece.reshape(-1)
        if isfinite(values.dot(values)):
            return
        matrix = np.empty((values.size // self.outputs, self.plain.depth), np.float32)
        padded = np.empty(self.plain.padded.shape(strip.images, strip.rows), np.float32)
        for call in self.plain.fill(matrix, strip, padded):
            call()
        weights = self.weight.transpose(2, 3, 1, 0).reshape(self.plain.depth, self.outputs)
        np.matmul(matrix, weights, out=piece.reshape(-1, self.outputs))


def _transform_in(matrix: Array, tiles: Array, between: Array, result: Array) -> list[Call]:
    """result = matrix d matrix' of 6 x 6 x rest tiles, which are contiguous; `result` may be any such view."""
    half = between[: tiles.size]
    return [
        partial(np.matmul, matrix, tiles.reshape(TILE_IN, -1), half.reshape(TILE_IN, -1)),
        partial(np.matmul, matrix, half.reshape(TILE_IN, TILE_IN, -1), result),
    ]


def _transform_out(matrix: Array, tiles: Array, between: Array, result: Array) -> list[Call]:
    """result = matrix d matrix' of 6 x 6 x rest tiles, which may be any such view; `result` is contiguous."""
    side, rest = len(matrix), tiles.shape[2]
    half = between[: TILE_IN * side * rest]
    return [
        partial(np.matmul, matrix, tiles, half.reshape(TILE_IN, side, rest)),
        partial(np.matmul, matrix, half.reshape(TILE_IN, -1), result.reshape(side, -1)),
    ]


def _one_phase(groups: Sequence[_Group], strips: Sequence[Tile], window: Window2d) -> Phase:
    """Each task takes a strip from input to output: the kernels stay in its core's cache."""
    inputs, squared = groups[0].inputs, TILE_IN * TILE_IN  # the first span is the largest
    counts = [_count(strip, window) for strip in strips]
    tiles = (squared * max(counts) * max(inputs, groups[0].outputs),)

    def calls(i: int, scratch: Sequence[Array]) -> list[Call]:
        one, two, edge, spare = scratch
        group, strip, count = groups[i // len(strips)], strips[i % len(strips)], counts[i % len(strips)]
        transformed = one[: squared * count * inputs]
        products = two[: squared * count * group.outputs].reshape(squared, count, group.outputs)
        return [
            *group.read(strip, one, two, edge, transformed.reshape(TILE_IN, TILE_IN, -1)),
            partial(np.matmul, transformed.reshape(squared, count, inputs), group.kernels, products),
            *group.write(strip, products.reshape(TILE_IN, TILE_IN, -1), one, two, spare),
        ]

    largest = _largest(strips)
    edge, spare = groups[0].input_shape(largest), groups[0].output_shape(largest)
    return make_phase(len(groups) * len(strips), calls, tiles, tiles, edge, spare)


def _three_phases(
    groups: Sequence[_Group], strips: Sequence[Tile], window: Window2d, memory: Array, threads: int
) -> list[Phase]:
    """Kernels larger than a cache: all input tiles, then the products, each task some of the 36, then the outputs."""
    inputs, outputs, squared = groups[0].inputs, groups[0].outputs, TILE_IN * TILE_IN
    counts = [_count(strip, window) for strip in strips]
    places = [slice(end - count, end) for end, count in zip(accumulate(counts), counts, strict=True)]
    transformed, products = _transformed_blobs(len(groups), sum(counts), inputs, outputs).views(memory)
    spans = list(split_axis(squared, 2 * threads))

    def read(i: int, scratch: Sequence[Array]) -> list[Call]:
        one, two, edge = scratch
        g, s = divmod(i, len(strips))
        result = view(transformed[g, :, places[s]], TILE_IN, TILE_IN, counts[s] * inputs)
        return groups[g].read(strips[s], one, two, edge, result)

    def multiply(i: int, _: Sequence[Array]) -> list[Call]:
        g, s = divmod(i, len(spans))
        span = spans[s]
        return [partial(np.matmul, transformed[g, span], groups[g].kernels[span], products[g, span])]

    def write(i: int, scratch: Sequence[Array]) -> list[Call]:
        one, two, spare = scratch
        g, s = divmod(i, len(strips))
        tiles = view(products[g, :, places[s]], TILE_IN, TILE_IN, counts[s] * outputs)
        return groups[g].write(strips[s], tiles, one, two, spare)

    tiles, largest = (squared * max(counts) * max(inputs, outputs),), _largest(strips)
    return [
        make_phase(len(groups) * len(strips), read, tiles, tiles, groups[0].input_shape(largest)),
        make_phase(len(groups) * len(spans), multiply),
        make_phase(len(groups) * len(strips), write, tiles, tiles, groups[0].output_shape(largest)),
    ]
