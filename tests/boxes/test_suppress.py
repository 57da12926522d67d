"""Non-maximum suppression against a plain loop."""

from __future__ import annotations

from time import process_time

import numpy as np
import pytest
import suppress as benchmark
from hypothesis import given, settings
from hypothesis import strategies as st

from prototxt.blobs import Array
from prototxt.boxes.overlap import overlap
from prototxt.boxes.suppress import suppress
from support.helpers import floats


def plainly(
    boxes: Array, threshold: float, extent: float = 0.0, most: int | None = None, eta: float = 1.0
) -> list[int]:
    """The definition: one box after the other."""
    kept: list[int] = []
    limit = np.float32(threshold)
    for i in range(len(boxes)):
        if len(kept) == most:
            break
        if not (overlap(boxes[i], boxes[kept], extent=extent) > limit).any():
            kept.append(i)
            if eta < 1 and limit > 0.5:
                limit *= np.float32(eta)
    return kept


def some(seed: int, n: int, spread: float, side: float) -> Array:
    rng = np.random.default_rng(seed)
    corner = spread * rng.random((n, 2))
    return np.hstack([corner, corner + side * rng.random((n, 2))]).astype(np.float32)


THRESHOLDS = (0.0, 1e-6, 0.01, 0.3, 0.5, 0.7, 0.95, 1.0, 1.5)


@pytest.mark.sweep
@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("draw", benchmark.DRAWS, ids=lambda draw: draw.__name__)
def test_distributions(draw: benchmark.Draw, threshold: float) -> None:
    boxes = draw(np.random.default_rng(1), 700)
    assert suppress(boxes, threshold).tolist() == plainly(boxes, threshold)


@settings(deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**31),
    n=st.integers(0, 600),
    spread=st.sampled_from([0.0, 0.1, 1.0, 10.0, 1000.0]),
    side=st.sampled_from([0.01, 1.0, 100.0]),
    threshold=st.sampled_from(THRESHOLDS),
    extent=st.sampled_from([0.0, 1.0]),
    most=st.none() | st.integers(0, 300),
    eta=st.sampled_from([1.0, 0.99, 0.5]),
)
def test_any(
    seed: int,
    n: int,
    spread: float,
    side: float,
    threshold: float,
    extent: float,
    most: int | None,
    eta: float,
) -> None:
    boxes = some(seed, n, spread, side)
    got = suppress(boxes, threshold, extent=extent, most=most, eta=eta)
    assert got.dtype == np.intp
    assert got.tolist() == plainly(boxes, threshold, extent, most, eta)


@settings(deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(*[st.sampled_from([0, 1, 2, 3, 1e9, -1e9, np.nan, np.inf])] * 4), max_size=30),
    st.sampled_from(THRESHOLDS),
)
def test_equals_plain_loops_for_any_corners(corners: list[tuple[float, ...]], threshold: float) -> None:
    """Turned over, without area, infinite, no numbers."""
    boxes = np.array(corners, np.float32).reshape(-1, 4)
    assert suppress(boxes, threshold).tolist() == plainly(boxes, threshold)


def test_boxes_far_from_the_origin_and_of_very_different_sizes() -> None:
    rng = np.random.default_rng(2)
    side = 10.0 ** rng.uniform(-3, 5, (600, 1))
    corner = 1e6 + 1e5 * rng.random((600, 2))
    boxes = np.hstack([corner, corner + side]).astype(np.float32)
    for threshold in THRESHOLDS:
        assert suppress(boxes, threshold).tolist() == plainly(boxes, threshold)


def test_one_inside_the_other() -> None:
    """Each half as large as the one around it: all overlap, each by half with the next."""
    half = 2.0 ** -np.arange(20)[:, None]
    boxes = np.hstack([0 * half, 0 * half, half, 1 + 0 * half]).astype(np.float32)
    for order in (slice(None), slice(None, None, -1)):
        assert suppress(boxes[order], 0.5).size == 20
        assert suppress(boxes[order], 0.49).size == 10


def test_just_at_the_threshold() -> None:
    boxes = floats([[0, 0, 2, 1], [0, 0, 1, 1]])
    assert suppress(boxes, 0.5).tolist() == [0, 1]
    assert suppress(boxes, float(np.nextafter(np.float32(0.5), np.float32(0)))).tolist() == [0]


def test_a_negative_threshold_keeps_one() -> None:
    apart = floats([[0, 0, 1, 1], [5, 5, 6, 6]])
    assert suppress(apart, -1e-9).tolist() == [0]
    assert suppress(apart, -1e-9, most=0).tolist() == []
    assert suppress(apart[:0], -1e-9).tolist() == []


def test_a_threshold_that_falls() -> None:
    """0.8 of overlap: allowed by 0.9; after the first is kept the threshold is 0.45."""
    boxes = floats([[0, 0, 10, 1], [2, 0, 10, 1], [0, 5, 1, 6], [0, 0, 10, 1]])
    assert suppress(boxes, 0.9).tolist() == [0, 1, 2]
    assert suppress(boxes, 0.9, eta=0.5).tolist() == [0, 2]


def test_many_boxes_in_little_time() -> None:
    """Far below a second of the processor for each ten thousand; benchmarks/suppress.py measures it exactly."""
    for draw in benchmark.DRAWS:
        ms, kept = benchmark.measure(draw(np.random.default_rng(0), 10_000), 0.5, process_time, runs=2)
        assert kept > 0
        assert ms < 1000
