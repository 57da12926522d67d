"""Max pooling with positions equals the layer's forward: drawn windows, overhanging ones, NaN."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Array
from prototxt.kernels.pooling import max_pool_with_positions
from prototxt.layers.common.maximum import LOWEST
from prototxt.layers.pooling import Pooling
from prototxt.plan.lowering.windows import window_2d
from support.helpers import layer_from_text, noise


def both(x: Array, fields: str) -> None:
    """The kernel's tops for N x C x H x W equal those of the layer."""
    layer = layer_from_text(f'type: "Pooling" bottom: "x" top: "y" top: "p" pooling_param {{ {fields} }}')
    assert isinstance(layer, Pooling)
    want = layer.forward([x], ())
    n, c, height, width = want[0].shape
    window = window_2d(layer.window(x.shape))
    stored = np.ascontiguousarray(x.transpose(0, 2, 3, 1))
    for threads in (1, 3):
        y, positions = (np.full((n, height, width, c), np.nan, np.float32) for _ in range(2))
        (phase,) = max_pool_with_positions(stored, window, LOWEST, y, positions, threads)
        work = phase.worker(np.full(phase.scratch, np.nan, np.float32))
        for task in range(phase.tasks):
            work(task)
        for ours, theirs in zip((y, positions), want, strict=True):
            np.testing.assert_array_equal(ours.transpose(0, 3, 1, 2), theirs)


@pytest.mark.parametrize("draw", range(20))
def test_drawn_windows(draw: int) -> None:
    draws = np.random.default_rng(draw)
    fields = ""
    for axis in "hw":
        kernel = int(draws.integers(1, 5))
        stride, pad = int(draws.integers(1, 4)), int(draws.integers(kernel))
        fields += f"kernel_{axis}: {kernel} stride_{axis}: {stride} pad_{axis}: {pad} "
    both(np.round(noise(2, 3, 11, 14, seed=draw)), fields)


def test_large_images_are_cut_into_tiles() -> None:
    both(noise(1, 16, 300, 80), "kernel_size: 3 stride: 2")


def test_windows_without_a_number_have_no_position() -> None:
    x = np.full((1, 2, 4, 4), np.nan, np.float32)
    x[0, 0, 0, 1], x[0, 1] = 5, -np.inf
    both(x, "kernel_size: 2 stride: 2")
