"""Bias: offsets per channel, on any axes, from a second bottom."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, run


def bias(fields: str, bottoms: int = 1) -> Layer:
    names = " ".join(f'bottom: "x{i}"' for i in range(bottoms))
    return layer_from_text(f'type: "Bias" {names} top: "y" bias_param {{ {fields} }}')


def test_by_hand() -> None:
    (y,) = run(bias(""), np.zeros((1, 2, 3), np.float32), params=[np.array([1, 2], np.float32)])
    np.testing.assert_array_equal(y, [[[1, 1, 1], [2, 2, 2]]])


@pytest.mark.parametrize(
    ("fields", "shape"), [("axis: -1", (4,)), ("num_axes: -1", (3, 4)), ("num_axes: 0", ())]
)
def test_axes(fields: str, shape: tuple[int, ...]) -> None:
    x, offset, layer = noise(2, 3, 4), noise(*shape, seed=1), bias(fields)
    assert [p.shape for p in layer.params([x.shape])] == [shape]
    np.testing.assert_array_equal(run(layer, x, params=[offset])[0], x + offset)


def test_offsets_from_a_second_bottom() -> None:
    x, offset, layer = noise(2, 3, 4), noise(2, 3, seed=1), bias("axis: 0", bottoms=2)
    assert layer.params([x.shape, offset.shape]) == ()
    np.testing.assert_array_equal(run(layer, x, offset)[0], x + offset[..., None])


def test_cost_and_refusals() -> None:
    assert bias("").cost([(2, 3)], [(2, 3)]) == Cost(additions=6)
    with pytest.raises(LayerError, match="2 axes from axis 2 on run past the end of a bottom of 2 x 3 x 4"):
        bias("axis: 2 num_axes: 2").shapes([(2, 3, 4)])
    with pytest.raises(LayerError, match="a second bottom of 4 does not fit 2 x 3 x 4 from axis 1 on"):
        bias("", bottoms=2).shapes([(2, 3, 4), (4,)])
