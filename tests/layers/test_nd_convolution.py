"""NdConvolution: against plain loops over one to four axes, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from support.clips import convolved
from support.helpers import layer_from_text, noise, refused, run

HEAD = 'name: "c" type: "NdConvolution" bottom: "x" top: "y" convolution_param { num_output: 6 group: 2 '


def dims(name: str, numbers: tuple[int, ...]) -> str:
    return f"{name} {{ {' '.join(f'dim: {n}' for n in numbers)} }}"


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "pad"),
    [
        ((9,), (4,), (3,), (2,)),
        ((5, 8), (2, 3), (1, 2), (1, 0)),
        ((4, 7, 6), (2, 3, 1), (3, 2, 1), (1, 0, 2)),
        ((3, 4, 5, 2), (2, 1, 3, 2), (1, 2, 1, 1), (0, 0, 1, 1)),
    ],
)
def test_equals_plain_loops(
    size: tuple[int, ...], kernel: tuple[int, ...], stride: tuple[int, ...], pad: tuple[int, ...]
) -> None:
    x, weight, bias = noise(2, 4, *size), noise(6, 2, *kernel, seed=1), noise(6, seed=2)
    shapes = zip(("kernel_shape", "stride_shape", "pad_shape"), (kernel, stride, pad), strict=True)
    layer = layer_from_text(HEAD + " ".join(dims(*shape) for shape in shapes) + " }")
    (y,) = run(layer, x, params=[weight, bias])
    np.testing.assert_allclose(y, convolved(x, weight, bias, stride, pad, group=2), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ("", "no kernel_shape"),
        ("kernel_shape { dim: 3 dim: 3 } pad_shape { dim: 1 }", "pad_shape has 1 numbers, kernel_shape 2"),
        ("kernel_shape { dim: 3 dim: 0 }", "kernel_shape must be at least 1"),
        ("kernel_shape { dim: 3 } pad_shape { dim: -1 }", "pad_shape must be at least 0"),
    ],
)
def test_refused_fields(fields: str, what: str) -> None:
    assert what in refused(f"{HEAD} {fields} }}").what


def test_a_kernel_of_another_number_of_axes_is_refused() -> None:
    error = refused(HEAD + "kernel_shape { dim: 3 dim: 2 } }", (2, 4, 5, 7, 6))
    assert "2 values of kernel_size for 3 spatial axes" in error.what
