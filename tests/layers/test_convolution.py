"""Convolution: hand-made sums, an oracle of plain loops, and what it refuses."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prototxt.blobs import Array
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, run


def conv(fields: str) -> Layer:
    return layer_from_text(
        f'name: "c" type: "Convolution" bottom: "x" top: "y" convolution_param {{ {fields} }}'
    )


def test_one_window_by_hand() -> None:
    x = np.arange(6, dtype=np.float32).reshape(1, 1, 2, 3)
    weight = np.array([[[[1, 10]]]], np.float32)
    (y,) = run(conv("num_output: 1 kernel_h: 1 kernel_w: 2"), x, params=[weight, np.array([0.5], np.float32)])
    np.testing.assert_array_equal(y, [[[[10.5, 21.5], [43.5, 54.5]]]])


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
    """The formula of the docstring, one product at a time."""
    (batch, channels, height, width), outputs = x.shape, len(weight)
    y = np.zeros((batch, outputs, *out))
    for n, o, i, j in np.ndindex(*y.shape):
        y[n, o, i, j] = bias[o]
        first = o // (outputs // group) * (channels // group)
        for c, u, v in np.ndindex(*weight.shape[1:]):
            h = i * stride[0] - pad[0] + u * dilation[0]
            w = j * stride[1] - pad[1] + v * dilation[1]
            if 0 <= h < height and 0 <= w < width:
                y[n, o, i, j] += weight[o, c, u, v] * x[n, first + c, h, w]
    return y.astype(np.float32)


small = st.integers(1, 3)
pairs = st.tuples(small, small)


@settings(max_examples=60, deadline=None)
@given(
    group=st.integers(1, 2),
    kernel=pairs,
    stride=pairs,
    dilation=pairs,
    pad=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    size=st.tuples(st.integers(4, 7), st.integers(5, 8)),
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
    layer = conv(f"num_output: {2 * group} group: {group} {fields}")
    x = noise(2, 3 * group, *size)
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    if any(h + 2 * p < e for h, p, e in zip(size, pad, spans, strict=True)):
        return
    weight, bias = noise(2 * group, 3, *kernel, seed=1), noise(2 * group, seed=2)
    (y,) = run(layer, x, params=[weight, bias])
    assert [p.shape for p in layer.params([x.shape])] == [weight.shape, bias.shape]
    expected = oracle(x, weight, bias, group, stride, pad, dilation, y.shape[2:])
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)


def test_a_kernel_out_of_the_input_by_less_than_a_stride_has_one_window() -> None:
    assert conv("num_output: 1 kernel_size: 5 stride: 3").shapes([(1, 1, 3, 4)]) == [(1, 1, 1, 1)]


def test_several_bottoms_share_the_weights() -> None:
    layer = layer_from_text(
        'type: "Convolution" bottom: "a" bottom: "b" top: "c" top: "d" '
        "convolution_param { num_output: 2 kernel_size: 2 bias_term: false }"
    )
    a, b, weight = noise(1, 3, 4, 5), noise(1, 3, 4, 5, seed=1), noise(2, 3, 2, 2, seed=2)
    both = run(layer, a, b, params=[weight])
    (single,) = run(conv("num_output: 2 kernel_size: 2 bias_term: false"), b, params=[weight])
    np.testing.assert_array_equal(both[1], single)


def test_cost_and_brief() -> None:
    layer = conv("num_output: 256 kernel_size: 5 pad: 2 group: 2")
    top = layer.shapes([(1, 96, 27, 27)])
    assert layer.cost([(1, 96, 27, 27)], top) == Cost(macs=256 * 27 * 27 * 48 * 25, additions=256 * 27 * 27)
    assert layer.brief([(1, 96, 27, 27)]) == "5x5+2/1 g2"


@pytest.mark.parametrize(
    ("fields", "message", "field"),
    [
        ("kernel_size: 3", "no num_output", "num_output"),
        ("num_output: 0 kernel_size: 3", "num_output must be at least 1, not 0", "num_output"),
        ("num_output: 4 group: 0", "group must be at least 1, not 0", "group"),
        ("num_output: 4 group: 3", "4 outputs are not divisible by group 3", "group"),
        ("num_output: 4 group: 4 kernel_size: 1", "6 input channels are not divisible by group 4", "group"),
        ("num_output: 4", "no kernel_size", "kernel_size"),
        ("num_output: 4 kernel_size: 0", "kernel_size must be at least 1, not 0", "kernel_size"),
        ("num_output: 4 kernel_size: 2 stride: 0", "stride must be at least 1", "stride"),
        ("num_output: 4 kernel_size: 2 dilation: 0", "dilation must be at least 1", "dilation"),
        ("num_output: 4 kernel_size: 2 kernel_h: 2", "either kernel_size or kernel_h", "kernel_h"),
        ("num_output: 4 kernel_h: 2", "kernel_h and kernel_w come together", "kernel_h"),
        ("num_output: 4 kernel_size: [1, 2, 3]", "3 values of kernel_size for 2 spatial axes", "kernel_size"),
        (
            "num_output: 4 kernel_size: 9",
            "the kernel spans 9x9, more than the padded input of 5x7",
            "kernel_size",
        ),
        ("num_output: 4 axis: 4", "axis 4 is out of range for a bottom of 2 x 6 x 5 x 7", "axis"),
    ],
)
def test_refusals(fields: str, message: str, field: str) -> None:
    with pytest.raises(LayerError, match=message) as caught:
        conv(fields).shapes([(2, 6, 5, 7)])
    assert caught.value.field == field


def test_bottoms_of_two_shapes() -> None:
    with pytest.raises(LayerError, match="got 1 x 3 x 4 x 5 and 1 x 3 x 5 x 4"):
        conv("num_output: 2 kernel_size: 2").shapes([(1, 3, 4, 5), (1, 3, 5, 4)])


def test_kernel_pairs_serve_only_two_axes() -> None:
    with pytest.raises(LayerError, match="fit 2 spatial axes, this layer has 3"):
        conv("num_output: 2 kernel_h: 2 kernel_w: 2").shapes([(1, 3, 4, 5, 6)])


def test_weights_follow_any_number_of_axes() -> None:
    layer = conv("num_output: 4 group: 2 kernel_size: 2 axis: 2")
    for axes in product((3, 5), repeat=2):
        shape = (2, 7, 6, *axes, 4)
        assert layer.params([shape])[0].shape == (4, 3, 2, 2, 2)
        assert layer.shapes([shape]) == [(2, 7, 4, axes[0] - 1, axes[1] - 1, 3)]


def test_hole_is_dilation() -> None:
    shape = [(1, 2, 9, 11)]
    dilated = conv("num_output: 3 kernel_size: 3 pad: 1 dilation: 2")
    assert conv("num_output: 3 kernel_size: 3 pad: 1 hole: 2").shapes(shape) == dilated.shapes(shape)
    assert conv("num_output: 3 kernel_h: 3 kernel_w: 3 hole_h: 4 hole_w: 1").shapes(shape) == [(1, 3, 1, 9)]
    assert conv("num_output: 3 kernel_size: 3 hole_h: 2").shapes(shape) == [(1, 3, 5, 9)]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("hole: 2 dilation: 2", "give either dilation or hole, not both"),
        ("hole: 2 hole_w: 2", "give either hole or hole_h and hole_w, not both"),
        ("hole: 0", "hole must be at least 1, not 0"),
    ],
)
def test_hole_refusals(fields: str, message: str) -> None:
    with pytest.raises(LayerError, match=message):
        conv(f"num_output: 3 kernel_size: 3 {fields}")
