"""What is done value by value: copies of blobs through a chain of actions, tile by tile."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from prototxt.kernels.epilogue import Action, Target
from prototxt.kernels.work import LEAST, Op, Phase, prepared, put, tiles

Array = NDArray[np.float32]


def _copied(made: Array, source: Array) -> list[Op]:
    return [put(made, source)]


def pointwise(
    x: Array,
    y: Array,
    actions: Sequence[Action],
    threads: int,
    fill: Callable[[Array, Array], list[Op]] = _copied,
) -> list[Phase]:
    """y = actions(x), blobs of the same shape, N x H x W x C; `fill` puts a tile of x where it is worked on."""
    images, height, width, channels = x.shape
    target = Target(y, actions)
    cuts = tiles(images, height, 8 * width * channels, threads if x.size * 16 > LEAST else 1)
    most = cuts[0].images * cuts[0].rows * width * channels

    def worker(scratch: Array) -> Callable[[int], None]:
        def ops(i: int) -> list[Op]:
            at = (cuts[i].n, cuts[i].h, slice(None), slice(None))
            made = target.tile(at, scratch)
            return [*fill(made, x[at]), *target.done(made, at)]

        return prepared(len(cuts), ops)

    return [Phase(len(cuts), worker, most)]
