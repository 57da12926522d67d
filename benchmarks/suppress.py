"""How long non-maximum suppression of 10,000 boxes takes, however they lie.

    python benchmarks/suppress.py [boxes]

On one thread: nothing in it calls BLAS.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import perf_counter

import numpy as np
from rich.console import Console

from prototxt.blobs import Array
from prototxt.boxes.suppress import suppress

THRESHOLDS = (0.3, 0.5, 0.7)
RUNS = 5

Draw = Callable[[np.random.Generator, int], Array]


def disjoint(rng: np.random.Generator, n: int) -> Array:
    """The fields of a board, in any order."""
    side = int(np.ceil(np.sqrt(n)))
    at = rng.permutation(side * side)[:n]
    corner = np.stack([at % side, at // side], 1)
    return np.hstack([corner, corner + 0.9]).astype(np.float32)


def column(rng: np.random.Generator, n: int) -> Array:
    """One above the other."""
    y = rng.permutation(n)[:, None]
    return np.hstack([0 * y, y, 0 * y + 1, y + 0.9]).astype(np.float32)


def anywhere(rng: np.random.Generator, n: int) -> Array:
    """Corners anywhere."""
    corners = np.sort(rng.random((n, 2, 2)), 1)
    return corners.reshape(n, 4).astype(np.float32)


def small(rng: np.random.Generator, n: int) -> Array:
    """A tenth as wide and high as the image, or less."""
    centre, half = rng.random((n, 2)), rng.random((n, 2)) / 20
    return np.hstack([centre - half, centre + half]).astype(np.float32)


def alike(_: np.random.Generator, n: int) -> Array:
    """All the same box."""
    return np.tile(np.array([0.2, 0.3, 0.6, 0.8], np.float32), (n, 1))


def clustered(rng: np.random.Generator, n: int) -> Array:
    """About 50 things, many boxes each."""
    things = anywhere(rng, 50)
    return (things[rng.integers(50, size=n)] + 0.02 * rng.standard_normal((n, 4))).astype(np.float32)


def crosses(rng: np.random.Generator, n: int) -> Array:
    """Thin ones across, thin ones down: half of all pairs meet, and all are kept."""
    at = rng.permutation(n)[:, None] / n
    across = np.hstack([0 * at, at, 0 * at + 1, at + 0.5 / n])
    down = across[:, [1, 0, 3, 2]]
    return np.where(rng.random((n, 1)) < 0.5, across, down).astype(np.float32)


DRAWS: tuple[Draw, ...] = (disjoint, column, anywhere, small, alike, clustered, crosses)


def measure(
    boxes: Array, threshold: float, clock: Callable[[], float] = perf_counter, runs: int = RUNS
) -> tuple[float, int]:
    """The least of several times in ms by a clock, and how many boxes are kept."""
    times = []
    for _ in range(runs):
        start = clock()
        kept = suppress(boxes, threshold)
        times.append(1000 * (clock() - start))
    return min(times), kept.size


def main(boxes: int = 10_000) -> None:
    console = Console(highlight=False)
    for draw in DRAWS:
        drawn = draw(np.random.default_rng(0), boxes)
        for threshold in THRESHOLDS:
            ms, kept = measure(drawn, threshold)
            console.print(f"{draw.__name__:10} {threshold:4} {kept:6} of {boxes} kept {ms:8.1f} ms")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
