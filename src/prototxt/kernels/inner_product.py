"""Inner products: each task computes some outputs, so that every weight is read once and by one core."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from prototxt.kernels.epilogue import EpilogueOp, TileOutput
from prototxt.kernels.phases import MIN_PARALLEL_MACS, Call, Phase, make_phase
from prototxt.kernels.tiling import ALL, split_axis

__all__ = ["inner_product"]

Array = NDArray[np.float32]


def inner_product(
    x: Array, weight: Array, y: Array, epilogue: Sequence[EpilogueOp], threads: int
) -> list[Phase]:
    """y = epilogue(x times weight, transposed): N x K and num_output x K to N x 1 x 1 x num_output.

    The weights are used where they are, not copied: with one image, reading them once is all the time it takes.
    """
    images, outputs = len(x), len(weight)
    output = TileOutput(y, epilogue)
    spans = list(split_axis(outputs, threads if x.size * outputs > MIN_PARALLEL_MACS else 1, 16))
    widest = spans[0].stop

    def calls(i: int, scratch: Sequence[Array]) -> list[Call]:
        index = (slice(0, images), slice(0, 1), ALL, spans[i])
        result = output.buffer(index, scratch[0])
        if images == 1:
            multiply = partial(np.matmul, weight[spans[i]], x[0], result.reshape(-1))
        else:
            multiply = partial(np.matmul, x, weight[spans[i]].T, result.reshape(images, -1))
        return [multiply, *output.finish(result, index)]

    return [make_phase(len(spans), calls, (images * widest,))]
