"""Input: shapes given once, per top, or not at all."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from support.helpers import layer_from_text, run


def test_one_shape_serves_every_top() -> None:
    layer = layer_from_text('type: "Input" top: "a" top: "b" input_param { shape { dim: 2 dim: 3 dim: 5 } }')
    assert layer.shapes([]) == [(2, 3, 5), (2, 3, 5)]


def test_a_shape_for_each_top() -> None:
    layer = layer_from_text(
        'type: "Input" top: "a" top: "b" input_param { shape { dim: 2 } shape { dim: 3 dim: 1 } }'
    )
    assert layer.shapes([]) == [(2,), (3, 1)]


def test_an_input_that_was_not_fed_is_zero() -> None:
    (top,) = run(layer_from_text('type: "Input" top: "a" input_param { shape { dim: 2 dim: 3 } }'))
    np.testing.assert_array_equal(top, np.zeros((2, 3)))


@pytest.mark.parametrize("param", ["", "input_param { shape { } }"])
def test_no_shape(param: str) -> None:
    with pytest.raises(LayerError, match='no shape for its top "data"') as caught:
        layer_from_text(f'type: "Input" top: "data" {param}').shapes([])
    assert caught.value.field == "input_param"
    assert caught.value.hint == 'give one with --input data=N,C,H,W or inputs={"data": (N, C, H, W)}'


@pytest.mark.parametrize("dim", [0, -1])
def test_dims_below_one(dim: int) -> None:
    with pytest.raises(LayerError, match=f'every dim of "a" must be at least 1, got 2 x {dim}'):
        layer_from_text(f'type: "Input" top: "a" input_param {{ shape {{ dim: 2 dim: {dim} }} }}').shapes([])


def test_wrong_number_of_shapes() -> None:
    shapes = "shape { dim: 1 } " * 2
    with pytest.raises(LayerError, match="2 shapes for 3 tops; give 1 or 3"):
        layer_from_text(f'type: "Input" top: "a" top: "b" top: "c" input_param {{ {shapes} }}')
