"""Pooling: by hand, against an oracle of plain loops, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import prototxt
from prototxt.blobs import TEST, TRAIN, Array
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from support.clips import pooled
from support.helpers import layer_from_text, noise, run


def pool(fields: str, tops: int = 1, phase: int = TEST, seed: int = 0) -> Layer:
    names = " ".join(f'top: "y{i}"' for i in range(tops))
    return layer_from_text(
        f'name: "p" type: "Pooling" bottom: "x" {names} pooling_param {{ {fields} }}', phase, seed
    )


RAMP = np.arange(12, dtype=np.float32).reshape(1, 1, 3, 4)


def test_max_and_its_positions_by_hand() -> None:
    y, where = run(pool("kernel_size: 2 stride: 2", tops=2), RAMP)
    np.testing.assert_array_equal(y, [[[[5, 7], [9, 11]]]])
    np.testing.assert_array_equal(where, [[[[5, 7], [9, 11]]]])


def test_the_first_maximum_wins() -> None:
    _, where = run(pool("kernel_size: 2", tops=2), np.ones((1, 1, 2, 3), np.float32))
    np.testing.assert_array_equal(where, [[[[0, 1]]]])


def test_average_by_hand_counts_padding_but_nothing_beyond_it() -> None:
    (y,) = run(pool("pool: AVE kernel_size: 2 stride: 2"), RAMP)
    np.testing.assert_array_equal(y, [[[[2.5, 4.5], [8.5, 10.5]]]])
    (y,) = run(pool("pool: AVE kernel_size: 3 stride: 2 pad: 1"), np.ones((1, 1, 3, 4), np.float32))
    np.testing.assert_allclose(y, [[[[4 / 9, 6 / 9, 2 / 6], [4 / 9, 6 / 9, 2 / 6]]]], rtol=1e-6)


def oracle(
    x: Array,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    pad: tuple[int, int],
    floor: bool,
    average: bool,
) -> tuple[Array, Array]:
    """The reference's loops: values and positions."""
    out = []
    for size, k, s, p in zip(x.shape[2:], kernel, stride, pad, strict=True):
        steps = (size + 2 * p - k) / s
        out.append(int(np.floor(steps) if floor else np.ceil(steps)) + 1)
    if any(pad):
        for axis in range(2):
            while (out[axis] - 1) * stride[axis] >= x.shape[2 + axis] + pad[axis]:
                out[axis] -= 1
    y, where = np.zeros((*x.shape[:2], *out), np.float32), np.full((*x.shape[:2], *out), -1, np.float32)
    for n, c, i, j in np.ndindex(*y.shape):
        top, left = i * stride[0] - pad[0], j * stride[1] - pad[1]
        inside = [
            (x[n, c, h, w], h * x.shape[3] + w)
            for h in range(top, top + kernel[0])
            for w in range(left, left + kernel[1])
            if 0 <= h < x.shape[2] and 0 <= w < x.shape[3]
        ]
        if average:
            high = min(top + kernel[0], x.shape[2] + pad[0]) - top
            wide = min(left + kernel[1], x.shape[3] + pad[1]) - left
            y[n, c, i, j] = sum(float(v) for v, _ in inside) / (high * wide) if inside else 0
        else:
            y[n, c, i, j] = np.finfo(np.float32).min
            for value, position in inside:
                if value > y[n, c, i, j]:
                    y[n, c, i, j], where[n, c, i, j] = value, position
    return y, where


small = st.integers(1, 4)
pairs = st.tuples(small, small)


@settings(max_examples=120, deadline=None)
@given(
    kernel=pairs,
    stride=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    floor=st.booleans(),
    pad=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    average=st.booleans(),
    size=st.tuples(st.integers(4, 8), st.integers(4, 9)),
)
def test_equals_plain_loops(
    kernel: tuple[int, int],
    stride: tuple[int, int],
    pad: tuple[int, int],
    floor: bool,
    average: bool,
    size: tuple[int, int],
) -> None:
    pad = (min(pad[0], kernel[0] - 1), min(pad[1], kernel[1] - 1))
    each = zip(("kernel", "stride", "pad"), (kernel, stride, pad), strict=True)
    fields = " ".join(f"{name}_h: {a} {name}_w: {b}" for name, (a, b) in each)
    method, mode = ("AVE" if average else "MAX"), ("FLOOR" if floor else "CEIL")
    x = np.round(noise(2, 3, *size))
    layer = pool(f"pool: {method} round_mode: {mode} {fields}", tops=1 if average else 2)
    tops = run(layer, x)
    for got, expected in zip(tops, oracle(x, kernel, stride, pad, floor, average), strict=False):
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


def test_empty_windows() -> None:
    x = noise(1, 2, 5, 4)
    maximum, where = run(pool("kernel_size: 1 stride: 3", tops=2), x)
    assert maximum.shape == (1, 2, 3, 2)
    assert (maximum[:, :, 2] == np.finfo(np.float32).min).all()
    assert (where[:, :, 2] == -1).all()
    (average,) = run(pool("pool: AVE kernel_size: 1 stride: 3"), x)
    assert (average[:, :, 2] == 0).all()


def test_ceil_mode_of_forks() -> None:
    shape = (1, 3, 8, 11)
    assert pool("kernel_size: 3 stride: 2").shapes([shape]) == [(1, 3, 4, 5)]
    assert pool("kernel_size: 3 stride: 2 ceil_mode: true").shapes([shape]) == [(1, 3, 4, 5)]
    assert pool("kernel_size: 3 stride: 2 ceil_mode: false").shapes([shape]) == [(1, 3, 3, 5)]
    assert pool("kernel_size: 3 stride: 2 round_mode: FLOOR").shapes([shape]) == [(1, 3, 3, 5)]


@pytest.mark.parametrize("fields", ["ceil_mode: false round_mode: FLOOR", "ceil_mode: true round_mode: CEIL"])
def test_ceil_mode_and_round_mode_agree(fields: str) -> None:
    assert pool(f"kernel_size: 3 stride: 2 {fields}").shapes([(1, 3, 8, 11)])[0][2] == (
        3 if "FLOOR" in fields else 4
    )


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ("ceil_mode: true round_mode: FLOOR", "round_mode FLOOR contradicts ceil_mode true"),
        ("ceil_mode: false round_mode: CEIL", "round_mode CEIL contradicts ceil_mode false"),
    ],
)
def test_ceil_mode_and_round_mode_that_contradict(fields: str, what: str) -> None:
    with pytest.raises(LayerError, match=what) as caught:
        pool(f"kernel_size: 3 {fields}")
    assert caught.value.field == "ceil_mode"


@pytest.mark.parametrize("method", ["MAX", "AVE"])
def test_ceil_mode_in_a_plan(method: str) -> None:
    text = (
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [1, 3, 8, 11] } } } '
        f'layer {{ name: "p" type: "Pooling" bottom: "x" top: "y" pooling_param {{ pool: {method} '
    )
    x = noise(1, 3, 8, 11)
    down, up = (
        prototxt.parse_net(f"{text} kernel_size: 3 stride: 2 ceil_mode: {mode} }} }}").forward({"x": x})["y"]
        for mode in ("false", "true")
    )
    assert (down.shape, up.shape) == ((1, 3, 3, 5), (1, 3, 4, 5))
    np.testing.assert_allclose(down, up[:, :, :3], rtol=1e-5)


def test_global() -> None:
    layer, x = pool("pool: AVE global_pooling: true stride: 1 pad: 0"), noise(2, 3, 4, 5)
    (y,) = run(layer, x)
    np.testing.assert_allclose(y[..., 0, 0], x.mean(axis=(2, 3)), rtol=1e-5, atol=1e-6)
    assert layer.brief([x.shape]) == "AVE global"


def test_stochastic_at_test_weighs_values_by_themselves() -> None:
    x = np.array([[[[1, 3, 0, 0]]]], np.float32)
    (y,) = run(pool("pool: STOCHASTIC kernel_h: 1 kernel_w: 2 stride: 2"), x)
    np.testing.assert_allclose(y, [[[[2.5, 0]]]])


def test_stochastic_at_train_draws_from_each_window() -> None:
    x = np.abs(noise(2, 3, 4, 6))
    first, again, other = (
        run(pool("pool: STOCHASTIC kernel_size: 2 stride: 2", phase=TRAIN, seed=s), x)[0] for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    windows = x.reshape(2, 3, 2, 2, 3, 2).swapaxes(3, 4).reshape(2, 3, 2, 3, 4)
    assert (windows == first[..., None]).any(axis=-1).all()


def test_stochastic_draws_in_proportion() -> None:
    x = np.tile(np.array([1, 3], np.float32), (1, 1, 1, 4000))
    (y,) = run(pool("pool: STOCHASTIC kernel_h: 1 kernel_w: 2 stride: 2", phase=TRAIN), x)
    assert 0.72 < (y == 3).mean() < 0.78


def test_cost_counts_only_taps_on_the_image() -> None:
    shape = (2, 3, 3, 4)
    layer = pool("kernel_size: 2 stride: 2")
    assert layer.cost([shape], layer.shapes([shape])) == Cost(comparisons=6 * 3 * 4)
    layer = pool("pool: AVE kernel_size: 2 stride: 2")
    assert layer.cost([shape], layer.shapes([shape])) == Cost(additions=6 * 3 * 4, divisions=6 * 2 * 2)
    assert layer.brief([shape]) == "AVE 2x2/2"


@pytest.mark.parametrize(
    ("fields", "message", "field"),
    [
        ("", "no kernel_size", "kernel_size"),
        ("kernel_size: 0", "kernel_size must be at least 1, not 0", "kernel_size"),
        ("kernel_size: 2 stride: 0", "stride must be at least 1, not 0", "stride"),
        ("kernel_size: 2 pad: 2", "pad 2 must be smaller than kernel 2", "pad"),
        ("kernel_h: 2", "kernel_h and kernel_w come together", "kernel_h"),
        ("kernel_size: 2 kernel_h: 2 kernel_w: 2", "either kernel_size or kernel_h", "kernel_h"),
        ("kernel_size: 2 stride: 2 stride_h: 2 stride_w: 2", "either stride or stride_h", "stride_h"),
        ("kernel_size: 2 pad_w: 1", "pad_h and pad_w come together", "pad_w"),
        ("global_pooling: true kernel_size: 2", "global_pooling takes no kernel", "kernel_size"),
        ("global_pooling: true kernel_h: 2 kernel_w: 2", "global_pooling takes no kernel", "kernel_size"),
        ("global_pooling: true pad: 1", "global_pooling takes no pad, got 1x1", "pad"),
        ("global_pooling: true stride: 2", "global_pooling takes no stride, got 2x2", "stride"),
        ("kernel_size: 9", "a kernel of 9x9 leaves no window on a padded input of 5x7", "kernel_size"),
        ("pool: STOCHASTIC kernel_size: 3 pad: 1", "STOCHASTIC pooling takes no pad", "pad"),
    ],
)
def test_refusals(fields: str, message: str, field: str) -> None:
    with pytest.raises(LayerError, match=message) as caught:
        pool(fields).shapes([(2, 6, 5, 7)])
    assert caught.value.field == field


def test_only_max_has_positions() -> None:
    with pytest.raises(LayerError, match="only MAX pooling has a second top"):
        pool("pool: AVE kernel_size: 2", tops=2)


def test_bottoms_of_four_axes_only() -> None:
    with pytest.raises(LayerError, match="needs a bottom of 4 axes, got 3: 6 x 5 x 7"):
        pool("kernel_size: 2").shapes([(6, 5, 7)])


def test_average_without_padding_by_hand() -> None:
    """The corner holds 4 of 9 values, an edge 6; what the padding covers is in neither sum nor divisor."""
    x = np.arange(1, 21, dtype=np.float32).reshape(1, 1, 4, 5)
    layer = layer_from_text(
        'type: "Pooling" bottom: "x" top: "y" '
        "pooling_param { pool: AVE kernel_size: 3 pad: 1 stride: 1 avg_include_pad: false }"
    )
    (y,) = run(layer, x)
    assert y[0, 0, 0, 0] == (1 + 2 + 6 + 7) / 4
    assert y[0, 0, 0, 2] == (2 + 3 + 4 + 7 + 8 + 9) / 6
    assert y[0, 0, 2, 2] == 13


THREE_AXES = "kernel_size_3d: 3 kernel_size_3d: 2 kernel_size_3d: 4 stride_3d: 2 pad_3d: 1"


def test_three_axes_equal_plain_loops() -> None:
    x = np.round(noise(2, 3, 5, 7, 8))
    each = (3, 2, 4), (2, 2, 2), (1, 1, 1)
    maximum, where = run(pool(THREE_AXES, tops=2), x)
    expected = pooled(x, *each, average=False, clips=True)
    np.testing.assert_array_equal(maximum, expected[0])
    np.testing.assert_array_equal(where, expected[1])
    (mean,) = run(pool(f"pool: AVE {THREE_AXES}"), x)
    np.testing.assert_allclose(mean, pooled(x, *each, average=True, clips=True)[0], rtol=1e-5, atol=1e-6)


def test_global_pooling_takes_images_and_clips() -> None:
    layer = pool("pool: AVE global_pooling: true")
    assert layer.shapes([(2, 3, 5, 4)]) == [(2, 3, 1, 1)]
    x = noise(2, 3, 5, 4, 6)
    (y,) = run(layer, x)
    np.testing.assert_allclose(y, x.mean((2, 3, 4), keepdims=True), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ("kernel_size: 2 kernel_size_3d: 2", "kernel_size does not go with kernel_size_3d"),
        ("kernel_size: 2 pad_3d: 1", "kernel_size does not go with kernel_size_3d"),
        ("stride_3d: 2", "no kernel_size_3d"),
        ("kernel_size_3d: 2 kernel_size_3d: 3", "2 values of kernel_size_3d; give 1 or 3"),
        ("kernel_size_3d: 2 pad_3d: 2", "pad_3d 2 must be smaller than kernel_size_3d 2"),
        ("kernel_size_3d: 2 stride_3d: 0", "stride_3d must be at least 1"),
    ],
)
def test_refused_fields_of_three_axes(fields: str, what: str) -> None:
    with pytest.raises(LayerError, match=what):
        pool(fields)


@pytest.mark.parametrize(
    ("fields", "shape", "hint"),
    [
        ("kernel_size: 2", (2, 3, 4, 5, 6), "kernel_size_3d"),
        ("pool: STOCHASTIC global_pooling: true", (2, 3, 4, 5, 6), "kernel_size_3d"),
        ("kernel_size_3d: 2", (2, 3, 4, 5), "over 2 axes"),
    ],
)
def test_fields_and_bottom_must_have_the_same_axes(fields: str, shape: tuple[int, ...], hint: str) -> None:
    with pytest.raises(LayerError, match="needs a bottom of") as caught:
        pool(fields).shapes([shape])
    assert hint in str(caught.value.hint)


def test_channels_stand_on_axis_1() -> None:
    assert pool("axis: -4 kernel_size_3d: 2").shapes([(2, 3, 4, 5, 6)]) == [(2, 3, 3, 4, 5)]
    with pytest.raises(LayerError, match="axis 2: pooling here has channels on axis 1"):
        pool("axis: 2 kernel_size: 2").shapes([(2, 3, 4, 5)])
