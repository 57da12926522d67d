"""Convolution kernels on drawn geometries, against each other's plain sums: odd sizes, batches, groups, threads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from prototxt.engine import workers
from prototxt.engine.workers import Share
from prototxt.kernels import convolve, depthwise, winograd
from prototxt.kernels.epilogue import EpilogueOp, add_per_channel, relu
from prototxt.kernels.phases import Array, Phase
from prototxt.kernels.window import Window2d
from support.helpers import noise


def plain(x: Array, weight: Array, bias: Array, window: Window2d, group: int) -> Array:
    """The sums themselves, tap by tap, in float64; x is N x H x W x C."""
    (kh, kw), (sh, sw), (ph, pw), (dh, dw), _, (oh, ow) = window
    below, right = max(0, window.span[0] - ph - x.shape[1]), max(0, window.span[1] - pw - x.shape[2])
    padded = np.pad(x.astype(np.float64), [(0, 0), (ph, below), (pw, right), (0, 0)])
    inputs, outputs = x.shape[3] // group, len(weight) // group
    y = np.zeros((len(x), oh, ow, len(weight)))
    for g in range(group):
        i, o = slice(g * inputs, (g + 1) * inputs), slice(g * outputs, (g + 1) * outputs)
        for u in range(kh):
            for v in range(kw):
                values = padded[:, u * dh :: sh, v * dw :: sw][:, :oh, :ow, i]
                y[..., o] += values @ weight[o, :, u, v].T
    result: Array = np.maximum(y + bias, 0).astype(np.float32)
    return result


def window_of(*pairs: Sequence[int]) -> Window2d:
    """A window of this kernel, stride, pad, dilation and output, over an input just large enough for it."""
    kernel, stride, pad, dilation, out = ((int(rows), int(columns)) for rows, columns in pairs)
    spans = Window2d(kernel, stride, pad, dilation, (0, 0), out).span
    height, width = (max(1, n - 2 * p) for n, p in zip(spans, pad, strict=True))
    return Window2d(kernel, stride, pad, dilation, (height, width), out)


def run(phases: Sequence[Phase], threads: int) -> None:
    memories = [np.full(max(p.scratch for p in phases), np.nan, np.float32) for _ in range(threads)]
    workers.run([[Share(p.tasks, p.worker(memory)) for p in phases] for memory in memories])


@pytest.mark.parametrize("seed", range(120))
def test_drawn_windows(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    r = np.random.default_rng(seed)
    # Small limits, so that small blobs are cut up like large ones.
    monkeypatch.setattr(winograd, "MAX_CACHED_BYTES", int(r.choice([0, 1 << 30])))
    monkeypatch.setattr(winograd, "MAX_BLOCK_TILES", int(r.integers(1, 30)))
    monkeypatch.setattr(winograd, "MAX_STRIP_TILES", int(r.integers(1, 12)))
    for module in (convolve, depthwise):
        monkeypatch.setattr(module, "MIN_PARALLEL_MACS", int(r.choice([0, 1 << 30])))
    monkeypatch.setattr(convolve, "MAX_SHARED_POSITIONS", int(r.choice([0, 128])))
    monkeypatch.setattr(convolve, "MAX_SHARED_POSITIONS_WIDE", int(r.choice([0, 1024])))
    fast = r.random() < 0.6
    group = int(r.choice([1, 1, 2, 3]))
    inputs, outputs = group * int(r.integers(1, 6)), group * int(r.integers(1, 20))
    k = int(r.choice([3, 5])) if fast else int(r.integers(1, 5))
    kernel = (k, k) if fast else (k, int(r.integers(1, 4)))
    stride, dilation = (1, 1), (1, 1)
    if not fast:
        stride, dilation = tuple(r.integers(1, 4, 2)), tuple(r.integers(1, 3, 2))
    pad = tuple(int(p) for p in r.integers(0, 3, 2))
    images, out = int(r.integers(1, 6)), tuple(int(n) for n in r.integers(1, 30, 2))
    window = window_of(kernel, stride, pad, dilation, out)
    height, width = window.size
    x = noise(images, height, width, inputs, seed=seed)
    weight = noise(outputs, inputs // group, *kernel, seed=seed + 1)
    bias = noise(outputs, seed=seed + 2)
    want = plain(x, weight, bias, window, group)
    threads = int(r.integers(1, 4))
    # The result as a slice of a wider blob, as where a Concat takes it.
    wide = np.full((images, *out, outputs + 3), np.nan, np.float32)
    y = wide[..., 2 : 2 + outputs] if r.random() < 0.5 else np.full(want.shape, np.nan, np.float32)
    actions: list[EpilogueOp] = [add_per_channel(bias), relu]

    matrix = convolve.kernel_matrix(weight, group)
    memory = np.full(convolve.workspace(images, matrix.shape, window), np.nan, np.float32)
    run(convolve.convolve(x, matrix, window, y, actions, memory, threads), threads)
    np.testing.assert_allclose(y, want, 1e-4, 1e-4)
    if fast:
        kernels = winograd.transform_kernels(weight, group)
        memory = np.full(winograd.workspace(x.shape, kernels.shape, window), np.nan, np.float32)
        y.fill(np.nan)
        run(winograd.convolve_winograd(x, kernels, weight, window, y, actions, memory, threads), threads)
        np.testing.assert_allclose(y, want, 1e-3, 1e-3)


@pytest.mark.parametrize("seed", range(40))
def test_drawn_depthwise(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    r = np.random.default_rng(seed)
    monkeypatch.setattr(depthwise, "MIN_PARALLEL_MACS", int(r.choice([0, 1 << 30])))
    images, channels = int(r.integers(1, 4)), int(r.integers(1, 9))
    kernel, pad, out = tuple(r.integers(1, 5, 2)), tuple(r.integers(0, 3, 2)), tuple(r.integers(1, 20, 2))
    stride, dilation = tuple(r.integers(1, 3, 2)), tuple(r.integers(1, 3, 2))
    window = window_of(kernel, stride, pad, dilation, out)
    height, width = window.size
    x = noise(images, height, width, channels, seed=seed)
    weight, bias = noise(channels, 1, *map(int, kernel), seed=seed + 1), noise(channels, seed=seed + 2)
    y = np.full((images, *map(int, out), channels), np.nan, np.float32)
    kernels = depthwise.repeat_kernels(weight, int(out[1]))
    run(depthwise.convolve_depthwise(x, kernels, window, y, [add_per_channel(bias), relu], 2), 2)
    np.testing.assert_allclose(y, plain(x, weight, bias, window, channels), 1e-4, 1e-4)
