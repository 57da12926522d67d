"""Inner products: each task makes some outputs, so that every weight is read once and by one core."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from prototxt.kernels.epilogue import Action, Target
from prototxt.kernels.work import LEAST, Op, Phase, prepared, spans

Array = NDArray[np.float32]


def inner_product(x: Array, weight: Array, y: Array, actions: Sequence[Action], threads: int) -> list[Phase]:
    """y = actions(x times weight, transposed): N x K and num_output x K to N x 1 x 1 x num_output.

    The weights are used where they lie: at one image, reading them once is all the time it takes.
    """
    images, outputs = len(x), len(weight)
    target = Target(y, actions)
    cuts = list(spans(outputs, threads if x.size * outputs > LEAST else 1, 16))
    widest = cuts[0].stop

    def worker(scratch: Array) -> Callable[[int], None]:
        def ops(i: int) -> list[Op]:
            at = (slice(0, images), slice(0, 1), slice(None), cuts[i])
            made = target.tile(at, scratch)
            if images == 1:
                multiply = partial(np.matmul, weight[cuts[i]], x[0], made.reshape(-1))
            else:
                multiply = partial(np.matmul, x, weight[cuts[i]].T, made.reshape(images, -1))
            return [multiply, *target.done(made, at)]

        return prepared(len(cuts), ops)

    return [Phase(len(cuts), worker, images * widest)]
