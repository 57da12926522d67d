"""Convolution3D: against plain loops in both of C3D's messages, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import UnappliedError
from prototxt.layers.base import Cost
from support.clips import convolved
from support.helpers import layer_from_text, noise, refused, run

HEAD = 'name: "c" type: "Convolution3D" bottom: "x" top: "y" '
FIELDS = "num_output: 4 kernel_size: 3 kernel_depth: 2 stride: 2 temporal_stride: 3 pad: 1 temporal_pad: 2"


@pytest.mark.parametrize("message", ["convolution_param", "convolution3d_param"])
def test_equals_plain_loops(message: str) -> None:
    x, weight, bias = noise(2, 3, 5, 7, 6), noise(4, 3, 2, 3, 3, seed=1), noise(4, seed=2)
    layer = layer_from_text(f"{HEAD} {message} {{ {FIELDS} }}")
    assert [(p.name, p.shape) for p in layer.params([x.shape])] == [
        ("weights", (4, 3, 2, 3, 3)),
        ("bias", (4,)),
    ]
    (y,) = run(layer, x, params=[weight, bias])
    np.testing.assert_allclose(y, convolved(x, weight, bias, (3, 2, 2), (2, 1, 1)), rtol=1e-5, atol=1e-5)


def test_one_value_by_hand() -> None:
    x = np.arange(24, dtype=np.float32).reshape(1, 1, 2, 3, 4)
    layer = layer_from_text(
        HEAD + "convolution3d_param { num_output: 1 kernel_size: 2 kernel_depth: 2 bias_term: false }"
    )
    (y,) = run(layer, x, params=[np.ones((1, 1, 2, 2, 2), np.float32)])
    # Frame 0 gives 0 + 1 + 4 + 5, frame 1 each 12 more.
    assert y.shape == (1, 1, 1, 2, 3)
    assert y[0, 0, 0, 0, 0] == 10 + 10 + 4 * 12


def test_filter_group_changes_nothing_and_must_divide_the_outputs() -> None:
    shape = (2, 3, 5, 7, 6)
    plain, grouped = (
        layer_from_text(f"{HEAD} convolution_param {{ {FIELDS} filter_group: {group} }}") for group in (1, 2)
    )
    assert plain.params([shape]) == grouped.params([shape])
    x, params = noise(*shape), [noise(4, 3, 2, 3, 3, seed=1), noise(4, seed=2)]
    np.testing.assert_array_equal(run(plain, x, params=params)[0], run(grouped, x, params=params)[0])
    error = refused(f"{HEAD} convolution_param {{ {FIELDS} filter_group: 3 }}")
    assert "4 outputs are not divisible by filter_group 3" in error.what


def test_cost() -> None:
    layer = layer_from_text(f"{HEAD} convolution3d_param {{ {FIELDS} }}")
    shape = (2, 3, 5, 7, 6)
    (top,) = layer.shapes([shape])
    assert top == (2, 4, 3, 4, 3)
    values = 2 * 4 * 3 * 4 * 3
    assert layer.cost([shape], [top]) == Cost(macs=values * 3 * 2 * 3 * 3, additions=values)


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ("convolution3d_param { num_output: 4 kernel_size: 3 }", "no kernel_depth"),
        ("convolution3d_param { num_output: 4 kernel_depth: 3 }", "no kernel_size"),
        ("convolution_param { kernel_size: 3 kernel_depth: 3 }", "no num_output"),
        (
            "convolution_param { num_output: 4 kernel_size: 3 kernel_size: 2 kernel_depth: 3 }",
            "2 values of kernel_size",
        ),
        (
            "convolution3d_param { num_output: 4 kernel_size: 0 kernel_depth: 3 }",
            "kernel_size must be at least 1",
        ),
        (
            "convolution3d_param { num_output: 4 kernel_size: 3 kernel_depth: 3 temporal_stride: 0 }",
            "temporal_stride must be at least 1",
        ),
        (
            "convolution_param { num_output: 4 } convolution3d_param { num_output: 4 kernel_size: 3 kernel_depth: 3 }",
            "give either convolution_param or convolution3d_param, not both",
        ),
    ],
)
def test_refused_fields(fields: str, what: str) -> None:
    assert what in refused(HEAD + fields).what


def test_a_bottom_of_four_axes_is_refused() -> None:
    error = refused(f"{HEAD} convolution3d_param {{ {FIELDS} }}", (2, 3, 7, 6))
    assert "needs a bottom of 5 axes, got 4" in error.what
    assert "N x C x L x H x W" in str(error.hint)


def test_a_field_that_c3d_does_not_have_stops_the_layer() -> None:
    with pytest.raises(UnappliedError, match=r"convolution_param\.dilation"):
        layer_from_text(f"{HEAD} convolution_param {{ {FIELDS} dilation: 2 }}")
