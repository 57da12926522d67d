"""InnerProduct: by hand, transposed, on any axis."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, run


def inner(fields: str) -> Layer:
    return layer_from_text(f'type: "InnerProduct" bottom: "x" top: "y" inner_product_param {{ {fields} }}')


def test_by_hand() -> None:
    x = np.array([[[1, 2], [3, 4]]], np.float32)
    weight = np.array([[1, 10, 100, 1000], [0, 0, 0, 1], [1, 1, 1, 1]], np.float32)
    (y,) = run(inner("num_output: 3"), x, params=[weight, np.array([0.5, 0, 0], np.float32)])
    np.testing.assert_array_equal(y, [[4321.5, 4, 10]])


def test_transposed_weights_give_the_same() -> None:
    x, weight = noise(2, 3, 4, 5), noise(7, 20, seed=1)
    (y,) = run(inner("num_output: 7 axis: 2 bias_term: false"), x, params=[weight])
    layer = inner("num_output: 7 axis: -2 bias_term: false transpose: true")
    (z,) = run(layer, x, params=[weight.T.copy()])
    assert y.shape == (2, 3, 7)
    np.testing.assert_allclose(y, z, rtol=1e-5, atol=1e-6)
    assert [p.shape for p in layer.params([x.shape])] == [(20, 7)]


def test_params_and_cost() -> None:
    layer = inner("num_output: 4096")
    assert [p.shape for p in layer.params([(10, 256, 6, 6)])] == [(4096, 9216), (4096,)]
    assert layer.cost([(10, 256, 6, 6)], [(10, 4096)]) == Cost(macs=10 * 9216 * 4096, additions=40960)


def test_refusals() -> None:
    with pytest.raises(LayerError, match="no num_output"):
        inner("")
    with pytest.raises(LayerError, match="num_output must be at least 1, not 0"):
        inner("num_output: 0")
    with pytest.raises(LayerError, match="axis 1 is out of range for a bottom of 5"):
        inner("num_output: 2").shapes([(5,)])
