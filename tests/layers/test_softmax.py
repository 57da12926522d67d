"""Softmax: sums to 1 along its axis, however large the scores."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from prototxt.layers.base import Cost
from support.helpers import layer_from_text, noise, run


def test_by_hand() -> None:
    (y,) = run(
        layer_from_text('type: "Softmax" bottom: "x" top: "y"'), np.log(np.array([[1, 2, 5]], np.float32))
    )
    np.testing.assert_allclose(y, [[1 / 8, 2 / 8, 5 / 8]], rtol=1e-6)


def test_large_scores() -> None:
    (y,) = run(
        layer_from_text('type: "Softmax" bottom: "x" top: "y"'), np.array([[1e38, 0, -1e38]], np.float32)
    )
    np.testing.assert_array_equal(y, [[1, 0, 0]])


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_sums_to_one_on_its_axis(axis: int) -> None:
    layer = layer_from_text(f'type: "Softmax" bottom: "x" top: "y" softmax_param {{ axis: {axis} }}')
    (y,) = run(layer, noise(2, 3, 4, 5))
    np.testing.assert_allclose(y.sum(axis=axis), 1, rtol=1e-6)


def test_cost_and_refusal() -> None:
    layer = layer_from_text('type: "Softmax" bottom: "x" top: "y"')
    assert layer.cost([(2, 3)], [(2, 3)]) == Cost(comparisons=6, additions=12, exponentials=6, divisions=6)
    with pytest.raises(LayerError, match="axis 1 is out of range"):
        layer.shapes([(3,)])
