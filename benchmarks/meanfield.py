"""How long mean field over all pairs of pixels takes (CRF-RNN's layer), and how far it is from the exact sums.

    python benchmarks/meanfield.py [height] [width]

One thread filters; BLAS multiplies matrices of a few classes only. Times are those of the processor. An image of
flat areas has few places in the lattice, one with grain has many.
"""

from __future__ import annotations

import sys
from time import process_time

import numpy as np
from rich.console import Console

from prototxt.blobs import Array
from prototxt.layers.common.permutohedral import lattice_of

CLASSES, ROUNDS = 21, 10
ALPHA, BETA, GAMMA = 160, 3, 3


def image(rng: np.random.Generator, height: int, width: int, grain: float) -> Array:
    """Areas of 20 x 20 pixels of one colour each, and grain of this standard deviation."""
    areas = rng.random((height // 20 + 1, width // 20 + 1, 3)) * 255
    flat = np.kron(areas, np.ones((20, 20, 1)))[:height, :width]
    noisy: Array = (flat + grain * rng.standard_normal(flat.shape)).astype(np.float32)
    return noisy


def features(colours: Array, theta: float = ALPHA) -> Array:
    places = np.moveaxis(np.indices(colours.shape[:2]), 0, -1) / theta
    return np.concatenate([places, colours / BETA], -1).reshape(-1, 5).astype(np.float32)


def main() -> None:
    height, width = (*map(int, sys.argv[1:]), 500, 500)[:2]
    rng, console = np.random.default_rng(0), Console()
    values = rng.random((height * width, CLASSES), np.float32)
    plane = (np.indices((height, width)).reshape(2, -1).T / GAMMA).astype(np.float32)
    for grain in (0, 1, 3, 8):
        start = process_time()
        lattices = lattice_of(plane), lattice_of(features(image(rng, height, width, grain)))
        built = process_time() - start
        for lattice in lattices:
            lattice.filter(values)
        filtered = process_time() - start - built
        console.print(
            f"grain {grain}: {lattices[1].places:,} places, {built:.2f} s to build, {filtered:.2f} s a round, "
            f"{built + ROUNDS * filtered:.1f} s for {ROUNDS} rounds"
        )
        console.print(f"    averages differ from exact ones by {_error(rng, grain)}")


def _error(rng: np.random.Generator, grain: float) -> str:
    """Mean and largest relative difference on an image that is small enough for all pairs."""
    points = features(image(rng, 40, 44, grain), theta=12)
    values = rng.random((len(points), 3), np.float32)
    near = np.exp(-((points[:, None] - points[None]) ** 2).sum(-1) / 2)
    lattice = lattice_of(points)
    want = near @ values / near.sum(1, keepdims=True)
    error = abs(lattice.filter(values) / lattice.filter(np.ones((len(points), 1), np.float32)) - want) / want
    return f"{error.mean():.2%} on average, {error.max():.1%} at most"


if __name__ == "__main__":
    main()
