"""Permute: the axes in another order."""

from __future__ import annotations

import numpy as np

from support.helpers import layer_from_text, noise, refused, run


def permute(*order: int) -> str:
    return (
        'type: "Permute" bottom: "x" top: "y" permute_param { '
        + " ".join(f"order: {i}" for i in order)
        + " }"
    )


def test_channels_last() -> None:
    x = noise(2, 3, 4, 5)
    (y,) = run(layer_from_text(permute(0, 2, 3, 1)), x)
    assert y.shape == (2, 4, 5, 3)
    assert y[1, 2, 3, 0] == x[1, 0, 2, 3]


def test_axes_left_out_follow_in_their_order() -> None:
    layer = layer_from_text(permute(2))
    assert layer.shapes([(2, 3, 4, 5)]) == [(4, 2, 3, 5)]
    assert layer.brief([(2, 3, 4, 5)]) == "2,0,1,3"
    assert layer_from_text(permute()).shapes([(2, 3)]) == [(2, 3)]
    np.testing.assert_array_equal(run(layer_from_text(permute(1)), noise(2, 3))[0], noise(2, 3).T)


def test_refused() -> None:
    assert "axis 2 is in the order 2 times" in refused(permute(0, 2, 2), (1, 2, 3)).what
    error = refused(permute(0, 4), (1, 2, 3))
    assert error.field == "order"
    assert error.what == "axis 4 in the order is out of range for a bottom of 1 x 2 x 3"
