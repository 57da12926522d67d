"""Estimates of the time that kernels take on one core."""

from __future__ import annotations

__all__ = ["DECONVOLUTION_MACS_PER_SECOND", "matmul_seconds", "pass_seconds"]

MACS_PER_SECOND = 50e9
"""Multiply-adds per second of large matrix products."""

CACHED_WEIGHTS = 4e6
"""Numbers that fit the cache that all cores share."""

WEIGHTS_PER_SECOND, UNCACHED_WEIGHTS_PER_SECOND = 5e9, 2.2e9
"""Weights per second that BLAS packs for a product, from that cache and from memory."""

NUMBERS_PER_SECOND = 4e9
"""Numbers per second that one pass over cached memory handles."""

DECONVOLUTION_MACS_PER_SECOND = 20e9
"""Multiply-adds per second of the small products of a deconvolution."""


def matmul_seconds(macs: float, columns: float, depth: float, weights: float) -> float:
    """Seconds of matrix products: narrow ones are slower, and BLAS copies the weights first."""
    multiply = macs / MACS_PER_SECOND * (1 + 8 / max(columns, 1)) * (1 + 8 / max(depth, 1))
    return multiply + weights / (
        WEIGHTS_PER_SECOND if weights < CACHED_WEIGHTS else UNCACHED_WEIGHTS_PER_SECOND
    )


def pass_seconds(numbers: float, run: float = 1024) -> float:
    """Seconds of a pass over this many numbers, in runs of `run` contiguous ones."""
    return numbers / NUMBERS_PER_SECOND * (1 + 40 / max(run, 1))
