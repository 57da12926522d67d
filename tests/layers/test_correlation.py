"""Correlation: the formula place by place, both kinds, strides and patches, and what it refuses."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from prototxt.blobs import Array, Shape
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "Correlation" bottom: "a" bottom: "b" top: "y" correlation_param { %s }'


def correlation(fields: str) -> Layer:
    return layer_from_text(TEXT % fields)


def by_formula(a: Array, b: Array, *, kernel: int, most: int, pad: int, s1: int, s2: int, sub: bool) -> Array:
    """One value after the other, as the formula is written."""
    n, _, h, w = a.shape
    a, b = (np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)]) for x in (a, b))
    border = 2 * most + kernel - 1
    oh, ow = (int(np.ceil((size + 2 * pad - border) / s1)) for size in (h, w))
    steps = [i * s2 for i in range(-(most // s2), most // s2 + 1)]
    y = np.empty((n, len(steps) ** 2, oh, ow), np.float32)
    for q, (dy, dx) in enumerate(product(steps, steps)):
        for i, j in product(range(oh), range(ow)):
            top, left = s1 * i + most, s1 * j + most
            one = a[:, :, top : top + kernel, left : left + kernel]
            other = b[:, :, top + dy : top + dy + kernel, left + dx : left + dx + kernel]
            y[:, q, i, j] = (np.abs(one - other) if sub else one * other).mean((1, 2, 3))
    return y


def test_by_hand() -> None:
    a = np.array([1, 2, 3, 4], np.float32).reshape(1, 1, 1, 4)
    b = np.array([10, 20, 30, 40], np.float32).reshape(1, 1, 1, 4)
    (y,) = run(correlation("kernel_size: 1 max_displacement: 1 pad: 1"), a, b)
    assert y.shape == (1, 9, 1, 4)
    np.testing.assert_array_equal(y[0, 3:6, 0], [[0, 20, 60, 120], [10, 40, 90, 160], [20, 60, 120, 0]])
    assert not y[0, :3].any()
    assert not y[0, 6:].any()


@pytest.mark.parametrize(
    ("kernel", "most", "pad", "s1", "s2"),
    [(1, 4, 4, 1, 2), (3, 2, 0, 1, 1), (3, 3, 2, 2, 2), (1, 0, 0, 3, 1), (5, 1, 4, 2, 1)],
)
@pytest.mark.parametrize("sub", [False, True])
def test_formula(kernel: int, most: int, pad: int, s1: int, s2: int, sub: bool) -> None:
    a, b = noise(2, 3, 9, 12), noise(2, 3, 9, 12, seed=1)
    kind = "SUBTRACT" if sub else "MULTIPLY"
    fields = f"kernel_size: {kernel} max_displacement: {most} pad: {pad} stride_1: {s1} stride_2: {s2}"
    (y,) = run(correlation(f"{fields} correlation_type: {kind}"), a, b)
    want = by_formula(a, b, kernel=kernel, most=most, pad=pad, s1=s1, s2=s2, sub=sub)
    np.testing.assert_allclose(y, want, rtol=1e-5, atol=1e-6)


def test_cost_and_brief() -> None:
    shape, top = (1, 8, 6, 7), (1, 9, 4, 5)
    assert correlation("kernel_size: 1 max_displacement: 1").cost([shape] * 2, [top]) == Cost(
        macs=180 * 8, divisions=180
    )
    assert correlation("kernel_size: 1 max_displacement: 1 correlation_type: SUBTRACT").cost(
        [shape] * 2, [top]
    ) == Cost(additions=180 * 16, comparisons=180 * 8, divisions=180)
    assert correlation("kernel_size: 3 max_displacement: 20 stride_2: 2").brief([]) == "3x3 within 20/2"


@pytest.mark.parametrize(
    ("fields", "other", "what", "field"),
    [
        ("max_displacement: 1", (1, 2, 5, 6), "no kernel_size", "kernel_size"),
        ("kernel_size: 1", (1, 2, 5, 6), "no max_displacement", "max_displacement"),
        ("kernel_size: 2 max_displacement: 1", (1, 2, 5, 6), "kernel_size must be odd, not 2", "kernel_size"),
        ("kernel_size: 1 max_displacement: 1 stride_1: 0", (1, 2, 5, 6), "stride_1 must be", "stride_1"),
        ("kernel_size: 1 max_displacement: 1 stride_2: 0", (1, 2, 5, 6), "stride_2 must be", "stride_2"),
        ("kernel_size: 1 max_displacement: 1", (1, 3, 5, 6), "got 1 x 2 x 5 x 6 and 1 x 3 x 5 x 6", "bottom"),
        (
            "kernel_size: 3 max_displacement: 2",
            (1, 2, 5, 6),
            "displacements and kernel reach over 7, more than the padded input of 5x6",
            "max_displacement",
        ),
        ("kernel_size: 1 max_displacement: 1 pad: 100000", (1, 2, 5, 6), "more than the", "pad"),
    ],
)
def test_refusals(fields: str, other: Shape, what: str, field: str) -> None:
    error = refused(TEXT % fields, (1, 2, 5, 6), other)
    assert what in error.what
    assert error.field == field
