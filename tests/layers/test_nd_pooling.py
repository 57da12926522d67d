"""NdPooling: against plain loops over one to four axes, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from support.clips import pooled
from support.helpers import layer_from_text, noise, refused, run

HEAD = 'name: "p" type: "NdPooling" bottom: "x" top: "y" pooling_param { '


def dims(name: str, numbers: tuple[int, ...]) -> str:
    return f"{name} {{ {' '.join(f'dim: {n}' for n in numbers)} }}"


@pytest.mark.parametrize("method", ["MAX", "AVE"])
@pytest.mark.parametrize(
    ("size", "kernel", "stride", "pad"),
    [
        ((9,), (4,), (3,), (2,)),
        ((5, 8), (2, 3), (1, 2), (1, 0)),
        ((4, 7, 6), (2, 3, 1), (3, 2, 1), (1, 0, 0)),
        ((3, 4, 5, 2), (2, 1, 3, 2), (1, 2, 1, 1), (0, 0, 1, 1)),
    ],
)
def test_equals_plain_loops(
    method: str, size: tuple[int, ...], kernel: tuple[int, ...], stride: tuple[int, ...], pad: tuple[int, ...]
) -> None:
    x = noise(2, 3, *size)
    shapes = zip(("kernel_shape", "stride_shape", "pad_shape"), (kernel, stride, pad), strict=True)
    layer = layer_from_text(f"{HEAD} pool: {method} {' '.join(dims(*shape) for shape in shapes)} }}")
    (y,) = run(layer, x)
    expected, _ = pooled(x, kernel, stride, pad, average=method == "AVE", clips=True)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ("", "no kernel_shape"),
        ("pool: STOCHASTIC kernel_shape { dim: 2 }", "not STOCHASTIC"),
        ("kernel_shape { dim: 2 } pad_shape { dim: 2 }", "pad_shape 2 must be smaller than kernel_shape 2"),
    ],
)
def test_refused_fields(fields: str, what: str) -> None:
    assert what in refused(f"{HEAD} {fields} }}").what


def test_a_kernel_of_another_number_of_axes_is_refused() -> None:
    error = refused(HEAD + "kernel_shape { dim: 3 dim: 2 } }", (2, 4, 5, 7, 6))
    assert "needs a bottom of 4 axes, got 5" in error.what
