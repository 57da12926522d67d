"""Im2col: windows by hand, against Convolution, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Shape
from prototxt.layers.base import Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "Im2col" bottom: "x" top: "y" convolution_param { %s }'


def im2col(fields: str) -> Layer:
    return layer_from_text(TEXT % fields)


def test_by_hand() -> None:
    x = np.arange(1, 7, dtype=np.float32).reshape(1, 1, 2, 3)
    (y,) = run(im2col("kernel_h: 1 kernel_w: 2 pad_h: 0 pad_w: 1 stride_h: 1 stride_w: 2"), x)
    np.testing.assert_array_equal(y, [[[[0, 2], [0, 5]], [[1, 3], [4, 6]]]])


@pytest.mark.parametrize(
    ("shape", "fields"),
    [
        (
            (2, 3, 7, 9),
            "kernel_size: 3 kernel_size: 2 stride: 2 stride: 1 pad: 1 pad: 0 dilation: 1 dilation: 3",
        ),
        ((2, 5, 3, 8), "kernel_size: 3 axis: 2 stride: 2"),
        ((2, 3, 4, 5, 6), "kernel_size: 2 pad: 1 stride: 3"),
    ],
)
def test_a_product_with_it_is_a_convolution(shape: Shape, fields: str) -> None:
    x = noise(*shape)
    text = f"num_output: 4 bias_term: false {fields}"
    conv = layer_from_text(f'type: "Convolution" bottom: "x" top: "y" convolution_param {{ {text} }}')
    weight = noise(*conv.params([shape])[0].shape, seed=1)
    (want,) = run(conv, x, params=[weight])
    (columns,) = run(im2col(fields), x)
    axis = 2 if "axis" in fields else 1
    rows = columns.reshape(*columns.shape[: axis + 1], -1)
    np.testing.assert_allclose(
        weight.reshape(4, -1) @ rows, want.reshape(*want.shape[: axis + 1], -1), 1e-4, 1e-5
    )


def test_brief() -> None:
    assert im2col("kernel_size: 3 pad: 1 stride: 2").brief([(2, 3, 7, 9)]) == "3x3+1/2"


@pytest.mark.parametrize(
    ("fields", "shape", "what", "field"),
    [
        ("kernel_size: 3", (2, 3), "no spatial axis after axis 1 of a bottom of 2 x 3", "axis"),
        ("", (2, 3, 7, 9), "no kernel_size", "kernel_size"),
        (
            "kernel_size: 9 pad: 1",
            (2, 3, 4, 20),
            "the kernel spans 9x9, more than the padded input of 6x22",
            "kernel_size",
        ),
    ],
)
def test_refusals(fields: str, shape: Shape, what: str, field: str) -> None:
    error = refused(TEXT % fields, shape)
    assert (error.what, error.field) == (what, field)
