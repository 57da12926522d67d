"""Statistics, a factor and an offset per channel, block by block so that each stays in a cache.

Blobs come channels-last from the engine (as N x C x H x W views), where a block is a few rows of memory.
"""

from __future__ import annotations

from collections.abc import Iterator

from prototxt.blobs import Array
from prototxt.util.lazy import np

BLOCK = 1 << 16
"""Numbers that are handled together."""


def blocks(length: int, each: int) -> Iterator[slice]:
    """Cuts `length` things of `each` numbers into runs of about BLOCK numbers."""
    step = max(1, BLOCK // max(each, 1))
    return (slice(start, start + step) for start in range(0, length, step))


def rows_of(x: Array) -> Array:
    """A blob of N x C x any as a matrix with a row for every place and a column for every channel."""
    return np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])


def moments(x: Array) -> tuple[Array, Array]:
    """Mean and (biased) variance of every channel of N x C x any."""
    rows = rows_of(x)
    cuts = list(blocks(*rows.shape))
    nothing, number = np.zeros(x.shape[1]), max(len(rows), 1)  # no items have a mean of 0
    total = sum((rows[cut].sum(0).astype(np.float64) for cut in cuts), nothing)
    mean = (total / number).astype(np.float32)
    squares = sum((np.square(rows[cut] - mean).sum(0).astype(np.float64) for cut in cuts), nothing)
    return mean, (squares / number).astype(np.float32)


def normalized(x: Array, mean: Array, factor: Array, offset: Array) -> Array:
    """(x - mean) * factor + offset for every channel of N x C x any."""
    rows = rows_of(x)
    y = np.empty_like(rows, order="C")
    for cut in blocks(*rows.shape):
        part = y[cut]
        np.subtract(rows[cut], mean, out=part)
        part *= factor
        part += offset
    return np.moveaxis(y.reshape(len(x), *x.shape[2:], x.shape[1]), -1, 1)
