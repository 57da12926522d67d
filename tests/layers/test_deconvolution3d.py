"""Deconvolution3D: against plain loops, and as the transpose of a Convolution3D."""

from __future__ import annotations

import numpy as np
import pytest

from support.clips import deconvolved
from support.helpers import layer_from_text, noise, refused, run

HEAD = 'name: "d" type: "Deconvolution3D" bottom: "x" top: "y" '
WINDOW = "kernel_size: 3 kernel_depth: 4 stride: 2 temporal_stride: 3 pad: 1 temporal_pad: 1"


@pytest.mark.parametrize("message", ["convolution_param", "convolution3d_param"])
def test_equals_plain_loops(message: str) -> None:
    x, weight, bias = noise(2, 3, 4, 5, 3), noise(3, 2, 4, 3, 3, seed=1), noise(2, seed=2)
    layer = layer_from_text(f"{HEAD} {message} {{ num_output: 2 {WINDOW} }}")
    assert [p.shape for p in layer.params([x.shape])] == [(3, 2, 4, 3, 3), (2,)]
    (y,) = run(layer, x, params=[weight, bias])
    assert y.shape == (2, 2, 3 * 3 + 4 - 2, 2 * 4 + 3 - 2, 2 * 2 + 3 - 2)
    np.testing.assert_allclose(y, deconvolved(x, weight, bias, (3, 2, 2), (1, 1, 1)), rtol=1e-5, atol=1e-5)


def test_it_is_the_transpose_of_the_convolution() -> None:
    """<conv(u), v> = <u, deconv(v)> with the same weights."""
    window = WINDOW.replace("temporal_pad: 1", "temporal_pad: 0")
    fields = f"{window} bias_term: false"
    head = HEAD.replace("Deconvolution3D", "Convolution3D")
    convolution = layer_from_text(f"{head} convolution3d_param {{ num_output: 3 {fields} }}")
    transpose = layer_from_text(f"{HEAD} convolution3d_param {{ num_output: 2 {fields} }}")
    u, weight = noise(1, 2, 10, 9, 7), noise(3, 2, 4, 3, 3, seed=1)
    (forth,) = run(convolution, u, params=[weight])
    v = noise(*forth.shape, seed=2)
    (back,) = run(transpose, v, params=[weight])
    assert back.shape == u.shape
    np.testing.assert_allclose((forth * v).sum(), (u * back).sum(), rtol=1e-4)


def test_a_bottom_of_four_axes_is_refused() -> None:
    error = refused(f"{HEAD} convolution3d_param {{ num_output: 2 {WINDOW} }}", (2, 3, 7, 6))
    assert "needs a bottom of 5 axes, got 4" in error.what
