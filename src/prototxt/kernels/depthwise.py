"""Depthwise convolution: every channel has a kernel of its own, so a tap is a product of two rows of memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from prototxt.kernels.epilogue import Action, Target
from prototxt.kernels.window import Geometry, Padded, windows
from prototxt.kernels.work import LEAST, Op, Phase, carve, prepared, room_for, tiles

Array = NDArray[np.float32]


def spread_kernels(weight: Array, width: int) -> Array:
    """Kernels of C x 1 x kernel_h x kernel_w as kernel_h x kernel_w x (width * C), repeated for every column."""
    return np.tile(weight[:, 0].transpose(1, 2, 0), (1, 1, width))


def convolve_depthwise(
    x: Array, kernels: Array, geometry: Geometry, y: Array, actions: Sequence[Action], threads: int
) -> list[Phase]:
    """y = actions(depthwise convolution of x): N x H x W x C to N x OH x OW x C.

    `kernels` comes from `spread_kernels` with the output's width. One call adds up all taps: `einsum` multiplies and
    adds in one pass over memory, where two operations would take two.
    """
    padded, target = Padded(x, geometry), Target(y, actions)
    channels, (height, width) = x.shape[3], geometry.out
    taken = channels * (width + geometry.reach[1] * geometry.stride[0])
    least = threads if len(x) * height * width * channels * prod(geometry.kernel) > LEAST else 1
    cuts = tiles(len(x), height, 4 * taken, least)
    first = cuts[0]
    shapes = [padded.shape(first.images, first.rows), (first.images * first.rows * width * channels,)]
    across = geometry.stride[1]

    def worker(scratch: Array) -> Callable[[int], None]:
        edge, spare = carve(scratch, *shapes)

        def ops(i: int) -> list[Op]:
            tile = cuts[i]
            at = (tile.n, tile.h, slice(None), slice(None))
            seen, before = padded.tile(tile, edge)
            made = target.tile(at, spare)
            image, row, column, channel = seen.strides
            if across == 1 and column == channel * channels:  # a row of the output sees a row of memory
                (kh, kw), (sh, _), _, (dh, dw), _ = geometry
                shape = (kh, kw, tile.images, tile.rows, width * channels)
                strides = (row * dh, column * dw, image, row * sh, channel)
                view = as_strided(seen, shape, strides, writeable=False)
                add_up = partial(np.einsum, "uvnhi,uvi->nhi", view, kernels, out=made.reshape(shape[2:]))
            else:
                taps = kernels[:, :, :channels]
                view = windows(seen, geometry, tile.rows)
                add_up = partial(np.einsum, "nhwuvc,uvc->nhwc", view, taps, out=made)
            return [*before, add_up, *target.done(made, at)]

        return prepared(len(cuts), ops)

    return [Phase(len(cuts), worker, room_for(*shapes))]
