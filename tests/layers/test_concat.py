"""Concat: bottoms joined along one axis."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from support.helpers import layer_from_text, noise, run


def test_joins_on_its_axis() -> None:
    layer = layer_from_text('type: "Concat" bottom: "a" bottom: "b" top: "y"')
    a, b = noise(2, 3, 4), noise(2, 5, 4)
    (y,) = run(layer, a, b)
    np.testing.assert_array_equal(y[:, :3], a)
    np.testing.assert_array_equal(y[:, 3:], b)
    assert layer.brief([]) == "axis 1"


@pytest.mark.parametrize("param", ["axis: -1", "axis: 2", "concat_dim: 2"])
def test_axis_by_either_name(param: str) -> None:
    layer = layer_from_text(f'type: "Concat" bottom: "a" bottom: "b" top: "y" concat_param {{ {param} }}')
    assert layer.shapes([(2, 3, 4), (2, 3, 1)]) == [(2, 3, 5)]


def test_both_names() -> None:
    with pytest.raises(LayerError, match="either axis or concat_dim, not both") as caught:
        layer_from_text('type: "Concat" bottom: "a" top: "y" concat_param { axis: 1 concat_dim: 1 }')
    assert caught.value.field == "concat_dim"


@pytest.mark.parametrize("other", [(2, 3, 5), (2, 3), (1, 3, 4)])
def test_bottoms_that_do_not_fit(other: tuple[int, ...]) -> None:
    shown = " x ".join(map(str, other))
    with pytest.raises(LayerError, match=f"on every axis but 1, got 2 x 3 x 4 and {shown}"):
        layer_from_text('type: "Concat" bottom: "a" bottom: "b" top: "y"').shapes([(2, 3, 4), other])


def test_axis_out_of_range_points_at_the_name_in_use() -> None:
    with pytest.raises(LayerError, match="axis 3 is out of range") as caught:
        layer_from_text('type: "Concat" bottom: "a" top: "y" concat_param { concat_dim: 3 }').shapes(
            [(2, 3, 4)]
        )
    assert caught.value.field == "concat_dim"
