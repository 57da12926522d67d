"""Slice: equal parts or given points."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from support.helpers import layer_from_text, noise, run


def cut(tops: int, fields: str) -> Layer:
    names = " ".join(f'top: "y{i}"' for i in range(tops))
    return layer_from_text(f'type: "Slice" bottom: "x" {names} slice_param {{ {fields} }}')


def test_equal_parts() -> None:
    x = noise(2, 6, 5)
    tops = run(cut(3, ""), x)
    assert [y.shape for y in tops] == [(2, 2, 5)] * 3
    np.testing.assert_array_equal(np.concatenate(tops, axis=1), x)


@pytest.mark.parametrize("name", ["axis", "slice_dim"])
def test_points(name: str) -> None:
    x, layer = noise(2, 6, 5), cut(3, f"{name}: 2 slice_point: 1 slice_point: 3")
    assert [y.shape for y in run(layer, x)] == [(2, 6, 1), (2, 6, 2), (2, 6, 2)]
    assert layer.brief([]) == "axis 2 at 1,3"


def test_one_top_takes_all() -> None:
    assert cut(1, "axis: -1").shapes([(2, 6, 5)]) == [(2, 6, 5)]


@pytest.mark.parametrize(
    ("tops", "fields", "message", "field"),
    [
        (2, "slice_point: 1 slice_point: 2", "2 slice points for 2 tops; give 1", "slice_point"),
        (3, "slice_point: 3 slice_point: 3", "must rise from 1 to below 6, got 3, 3", "slice_point"),
        (2, "slice_point: 0", "must rise from 1 to below 6, got 0", "slice_point"),
        (2, "slice_point: 6", "must rise from 1 to below 6, got 6", "slice_point"),
        (4, "", "4 tops do not divide the 6 of axis 1 of 2 x 6 x 5 evenly", "top"),
        (2, "axis: 1 slice_dim: 1", "either axis or slice_dim", "slice_dim"),
        (2, "slice_dim: 5", "axis 5 is out of range", "slice_dim"),
    ],
)
def test_refusals(tops: int, fields: str, message: str, field: str) -> None:
    with pytest.raises(LayerError, match=message) as caught:
        cut(tops, fields).shapes([(2, 6, 5)])
    assert caught.value.field == field


def test_more_tops_than_values() -> None:
    with pytest.raises(LayerError, match="7 tops do not divide the 6"):
        cut(7, "").shapes([(2, 6, 5)])
