"""Transpose: columns become steps, and what it refuses."""

from __future__ import annotations

import pytest

from support.helpers import layer_from_text, noise, refused, run


def transpose(*dims: int) -> str:
    return (
        'type: "Transpose" bottom: "x" top: "y" transpose_param { '
        + " ".join(f"dim: {i}" for i in dims)
        + " }"
    )


def test_columns_become_steps() -> None:
    x = noise(2, 3, 4, 5)
    layer = layer_from_text(transpose(3, 2, 0, 1))
    (y,) = run(layer, x)
    assert y.shape == (5, 4, 2, 3)
    for n, c, h, w in ((0, 1, 2, 3), (1, 2, 0, 4), (1, 0, 3, 0)):
        assert y[w, h, n, c] == x[n, c, h, w]
    assert layer.brief([x.shape]) == "3,2,0,1"


@pytest.mark.parametrize(
    ("dims", "what"),
    [
        ((1, 0), "2 dims for a bottom of 3 axes, 2 x 3 x 4"),
        ((), "0 dims for a bottom of 3 axes, 2 x 3 x 4"),
        ((0, 3, 1), "axis 3 in the order is out of range for a bottom of 2 x 3 x 4"),
        ((0, 2, 2), "axis 2 is in the order 2 times"),
        ((0, 1, -1), "dim must be 0 or more, not -1"),
    ],
)
def test_refused(dims: tuple[int, ...], what: str) -> None:
    error = refused(transpose(*dims), (2, 3, 4))
    assert (error.what, error.field) == (what, "dim")
