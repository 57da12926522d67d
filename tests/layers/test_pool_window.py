"""Pooling geometry in integers."""

from __future__ import annotations

import pytest

from prototxt.layers.common.pool_window import pool_divisors, pool_out, pool_spans


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "pad", "floor", "out"),
    [
        (7, 3, 2, 0, False, 3),
        (8, 3, 2, 0, False, 4),
        (8, 3, 2, 0, True, 3),
        (6, 3, 3, 2, False, 3),
        (3, 2, 2, 1, False, 2),
    ],
)
def test_out(size: int, kernel: int, stride: int, pad: int, floor: bool, out: int) -> None:
    assert pool_out(size, kernel, stride, pad, floor=floor, clip=pad > 0) == out


def test_clip_leaves_out_a_window_behind_the_padding() -> None:
    assert pool_out(4, 1, 3, 0, floor=False, clip=False) == 2
    assert pool_out(5, 1, 3, 0, floor=False, clip=False) == 3
    assert pool_out(5, 1, 3, 0, floor=False, clip=True) == 2


def test_spans_and_divisors() -> None:
    assert pool_spans(5, 3, 3, 2, 1) == [(0, 2), (1, 4), (3, 5)]
    assert pool_divisors(5, 3, 3, 2, 1) == [3, 3, 3]
    assert pool_divisors(6, 3, 3, 2, 0) == [3, 3, 2]
    assert pool_spans(5, 3, 1, 3, 0)[2] == (6, 5)
    assert pool_divisors(5, 3, 1, 3, 0)[2] == 1
