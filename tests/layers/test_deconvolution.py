"""Deconvolution: one stamp by hand, an oracle of plain loops, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prototxt.blobs import Array
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, run


def deconv(fields: str) -> Layer:
    return layer_from_text(
        f'name: "d" type: "Deconvolution" bottom: "x" top: "y" convolution_param {{ {fields} }}'
    )


def test_two_stamps_by_hand() -> None:
    x = np.array([[[[1, 2]]]], np.float32)
    weight = np.array([[[[1, 10, 100]]]], np.float32)
    layer = deconv("num_output: 1 kernel_h: 1 kernel_w: 3 stride: 2 bias_term: false")
    (y,) = run(layer, x, params=[weight])
    np.testing.assert_array_equal(y, [[[[1, 10, 102, 20, 200]]]])


def oracle(
    x: Array,
    weight: Array,
    bias: Array,
    group: int,
    stride: tuple[int, int],
    pad: tuple[int, int],
    dilation: tuple[int, int],
    out: tuple[int, ...],
) -> Array:
    """The formula of the docstring, one stamp at a time."""
    outputs, channels = weight.shape[1] * group, x.shape[1]
    y = np.zeros((len(x), outputs, *out)) + bias[:, None, None]
    for n, c, i, j in np.ndindex(*x.shape):
        first = c // (channels // group) * weight.shape[1]
        for o, u, v in np.ndindex(*weight.shape[1:]):
            h = i * stride[0] - pad[0] + u * dilation[0]
            w = j * stride[1] - pad[1] + v * dilation[1]
            if 0 <= h < out[0] and 0 <= w < out[1]:
                y[n, first + o, h, w] += weight[c, o, u, v] * x[n, c, i, j]
    return y.astype(np.float32)


small = st.integers(1, 3)
pairs = st.tuples(small, small)


@settings(max_examples=60, deadline=None)
@given(
    group=st.integers(1, 2),
    kernel=pairs,
    stride=pairs,
    dilation=pairs,
    pad=st.tuples(st.integers(0, 1), st.integers(0, 1)),
    size=st.tuples(st.integers(3, 4), st.integers(4, 6)),
)
def test_equals_plain_loops(
    group: int,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    pad: tuple[int, int],
    size: tuple[int, int],
) -> None:
    each = zip(("kernel_size", "stride", "dilation", "pad"), (kernel, stride, dilation, pad), strict=True)
    fields = " ".join(f"{name}: {a} {name}: {b}" for name, (a, b) in each)
    layer = deconv(f"num_output: {2 * group} group: {group} {fields}")
    x, weight, bias = (
        noise(2, 3 * group, *size),
        noise(3 * group, 2, *kernel, seed=1),
        noise(2 * group, seed=2),
    )
    (y,) = run(layer, x, params=[weight, bias])
    assert [p.shape for p in layer.params([x.shape])] == [weight.shape, bias.shape]
    expected = oracle(x, weight, bias, group, stride, pad, dilation, y.shape[2:])
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)


def test_cost_counts_stamps() -> None:
    layer = deconv("num_output: 6 kernel_size: 4 stride: 2 pad: 1 group: 3")
    top = layer.shapes([(2, 9, 5, 7)])
    assert top == [(2, 6, 10, 14)]
    assert layer.cost([(2, 9, 5, 7)], top) == Cost(macs=2 * 9 * 5 * 7 * 16 * 2, additions=2 * 6 * 10 * 14)


@pytest.mark.parametrize(
    ("fields", "message", "field"),
    [
        ("num_output: 4 kernel_size: 1 pad: 3", "the output would be -1x1: pad is too large", "pad"),
        ("num_output: 4 kernel_size: 1 group: 4", "6 input channels are not divisible by group 4", "group"),
    ],
)
def test_refusals(fields: str, message: str, field: str) -> None:
    with pytest.raises(LayerError, match=message) as caught:
        deconv(fields).shapes([(2, 6, 5, 7)])
    assert caught.value.field == field
