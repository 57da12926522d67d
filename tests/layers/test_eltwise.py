"""Eltwise: SUM, PROD and MAX of bottoms of one shape."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, run


def eltwise(fields: str = "", bottoms: int = 3) -> Layer:
    names = " ".join(f'bottom: "x{i}"' for i in range(bottoms))
    return layer_from_text(f'type: "Eltwise" {names} top: "y" eltwise_param {{ {fields} }}')


BOTTOMS = [np.array([v], np.float32) for v in ([1, 5, -2], [4, 2, -3], [0, 3, -9])]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("", [5, 10, -14]),
        ("operation: SUM coeff: 2 coeff: -1 coeff: 0.5", [-2, 9.5, -5.5]),
        ("operation: PROD", [0, 30, -54]),
        ("operation: MAX", [4, 5, -2]),
    ],
)
def test_by_hand(fields: str, expected: list[float]) -> None:
    (y,) = run(eltwise(fields), *BOTTOMS)
    np.testing.assert_array_equal(y, [expected])


def test_cost_and_brief() -> None:
    shapes = [(2, 3)] * 3
    assert eltwise().cost(shapes, [(2, 3)]) == Cost(additions=12)
    assert eltwise("coeff: [1, 2, 3]").cost(shapes, [(2, 3)]) == Cost(additions=12, multiplications=18)
    assert eltwise("operation: PROD").cost(shapes, [(2, 3)]) == Cost(multiplications=12)
    assert eltwise("operation: MAX").cost(shapes, [(2, 3)]) == Cost(comparisons=12)
    assert eltwise("operation: MAX").brief(shapes) == "MAX"


def test_shapes_must_agree() -> None:
    with pytest.raises(LayerError, match="one shape, got 2 x 3 x 4 and 2 x 3 x 1"):
        eltwise(bottoms=2).shapes([(2, 3, 4), (2, 3, 1)])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("coeff: 1 coeff: 2", "2 values of coeff for 3 bottoms; give one each"),
        ("operation: PROD coeff: [1, 2, 3]", "coeff is for SUM only, not PROD"),
    ],
)
def test_coeff_refusals(fields: str, message: str) -> None:
    with pytest.raises(LayerError, match=message) as caught:
        eltwise(fields)
    assert caught.value.field == "coeff"


def test_one_bottom_is_scaled_by_its_coeff() -> None:
    x = noise(2, 3, 4)
    layer = eltwise("coeff: 0.25", bottoms=1)
    np.testing.assert_array_equal(run(layer, x)[0], x / 4)
    assert layer.cost([x.shape], [x.shape]) == Cost(multiplications=24)
    with pytest.raises(LayerError, match="takes at least 2 bottoms, has 1"):
        eltwise(bottoms=1)
