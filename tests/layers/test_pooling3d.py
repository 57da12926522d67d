"""Pooling3D: against plain loops, the last window that Caffe's Pooling would leave out, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from support.clips import pooled
from support.helpers import layer_from_text, noise, refused, run

HEAD = 'name: "p" type: "Pooling3D" bottom: "x" top: "y" '


@pytest.mark.parametrize("message", ["pooling_param", "pooling3d_param"])
@pytest.mark.parametrize("method", ["MAX", "AVE"])
def test_equals_plain_loops(method: str, message: str) -> None:
    x = noise(2, 3, 6, 8, 5)
    fields = f"pool: {method} kernel_size: 3 kernel_depth: 2 stride: 2 temporal_stride: 3"
    (y,) = run(layer_from_text(f"{HEAD} {message} {{ {fields} }}"), x)
    assert y.shape == (2, 3, 3, 4, 2)
    expected, _ = pooled(x, (2, 3, 3), (3, 2, 2), (0, 0, 0), average=method == "AVE", clips=False)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)


def test_the_last_window_in_the_padding_is_not_left_out() -> None:
    """5 + 2*1 - 2 = 5 steps: ceil(5 / 3) + 1 = 3, though the last starts at 5, the first place after the input."""
    x = np.ones((1, 2, 1, 5, 8), np.float32)
    fields = "pool: AVE kernel_size: 2 stride: 3 pad: 1"
    (y,) = run(layer_from_text(f"{HEAD} pooling3d_param {{ {fields} kernel_depth: 1 }}"), x)
    assert y.shape == (1, 2, 1, 3, 4)
    np.testing.assert_array_equal(y[0, 0, 0], [[0.25, 0.5, 0.5, 0], [0.5, 1, 1, 0], [0, 0, 0, 0]])
    clipped = layer_from_text(f'name: "p" type: "Pooling" bottom: "x" top: "y" pooling_param {{ {fields} }}')
    assert clipped.shapes([(1, 2, 5, 8)]) == [(1, 2, 2, 3)]


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ("kernel_size: 2", "no kernel_depth"),
        ("kernel_depth: 2", "no kernel_size"),
        ("kernel_size: 2 kernel_depth: 2 pad: 1", "MAX pooling over clips takes no pad"),
        ("pool: AVE kernel_size: 2 kernel_depth: 2 pad: 2", "pad 2 must be smaller than kernel 2"),
        ("pool: STOCHASTIC kernel_size: 2 kernel_depth: 2", "not STOCHASTIC"),
        ("kernel_size: 2 kernel_depth: 2 temporal_stride: 0", "temporal_stride must be at least 1"),
    ],
)
def test_refused(fields: str, what: str) -> None:
    for message in ("pooling_param", "pooling3d_param"):
        assert what in refused(f"{HEAD} {message} {{ {fields} }}").what


def test_a_bottom_of_four_axes_is_refused() -> None:
    error = refused(f"{HEAD} pooling3d_param {{ kernel_size: 2 kernel_depth: 2 }}", (2, 3, 7, 6))
    assert "needs a bottom of 5 axes, got 4" in error.what
