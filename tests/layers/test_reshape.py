"""Reshape: copied, inferred, inserted and replaced axes."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from support.helpers import layer_from_text, noise, run


def reshape(dims: list[int], fields: str = "") -> Layer:
    shape = " ".join(f"dim: {d}" for d in dims)
    return layer_from_text(
        f'type: "Reshape" bottom: "x" top: "y" reshape_param {{ shape {{ {shape} }} {fields} }}'
    )


@pytest.mark.parametrize(
    ("dims", "fields", "shape"),
    [
        ([0, -1], "", (2, 60)),
        ([0, 0, 2, -1], "", (2, 3, 2, 10)),
        ([-1, 4], "axis: 2", (2, 3, 5, 4)),
        ([3, 1], "axis: 1 num_axes: 1", (2, 3, 1, 4, 5)),
        ([1], "axis: 1 num_axes: 0", (2, 1, 3, 4, 5)),
        ([1], "axis: -1", (2, 3, 4, 5, 1)),
        ([-1], "axis: -2", (2, 3, 4, 5)),
        ([120], "", (120,)),
    ],
)
def test_shapes(dims: list[int], fields: str, shape: tuple[int, ...]) -> None:
    x = noise(2, 3, 4, 5)
    (y,) = run(reshape(dims, fields), x)
    np.testing.assert_array_equal(y, x.reshape(shape))


@pytest.mark.parametrize(
    ("dims", "fields", "message", "field"),
    [
        ([7, -1], "", "2 x 3 x 4 holds 24 values, not divisible by the known dims' 7", "shape"),
        ([2, 5], "", "2 x 3 x 4 holds 24 values, 2 x 5 would hold 10", "shape"),
        ([-1, -1], "", "at most one dim can be -1", "dim"),
        ([-2], "", r"dim must be -1 \(what is left\), 0 \(copy\) or more, not -2", "dim"),
        ([0, 0, 0, 0], "", "dim: 0 asks for axis 3, a bottom of 2 x 3 x 4 has none", "dim"),
        ([-1], "axis: 4", "axis 4 is out of range", "axis"),
        ([-1], "axis: -5", "axis -5 is out of range", "axis"),
        ([-1], "axis: 2 num_axes: 2", "2 axes from axis 2 on run past the end", "num_axes"),
        ([-1], "num_axes: -2", "num_axes must be -1", "num_axes"),
    ],
)
def test_refusals(dims: list[int], fields: str, message: str, field: str) -> None:
    with pytest.raises(LayerError, match=message) as caught:
        reshape(dims, fields).shapes([(2, 3, 4)])
    assert caught.value.field == field
