"""Scale: factors per channel, on any axes, from a second bottom, with offsets."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.schema.caffe_pb2 import FillerParameter
from support.helpers import layer_from_text, noise, run


def scale(fields: str, bottoms: int = 1) -> Layer:
    names = " ".join(f'bottom: "x{i}"' for i in range(bottoms))
    return layer_from_text(f'type: "Scale" {names} top: "y" scale_param {{ {fields} }}')


def test_gamma_and_beta_by_hand() -> None:
    x = np.ones((1, 2, 3), np.float32)
    params = [np.array([2, 3], np.float32), np.array([10, 20], np.float32)]
    (y,) = run(scale("bias_term: true"), x, params=params)
    np.testing.assert_array_equal(y, [[[12, 12, 12], [23, 23, 23]]])


@pytest.mark.parametrize(
    ("fields", "shape"),
    [
        ("", (3,)),
        ("axis: 0 num_axes: 2", (2, 3)),
        ("axis: -2 num_axes: -1", (4, 5)),
        ("num_axes: 0", ()),
        ("axis: 0 num_axes: -1", (2, 3, 4, 5)),
    ],
)
def test_axes(fields: str, shape: tuple[int, ...]) -> None:
    x, factor, offset = noise(2, 3, 4, 5), noise(*shape, seed=1), noise(*shape, seed=2)
    layer = scale(f"{fields} bias_term: true")
    assert [p.shape for p in layer.params([x.shape])] == [shape, shape]
    (y,) = run(layer, x, params=[factor, offset])
    first = 0 if not shape else next(i for i in range(4) if x.shape[i : i + len(shape)] == shape)
    for at in np.ndindex(*x.shape):
        there = at[first : first + len(shape)]
        assert y[at] == pytest.approx(x[at] * factor[there] + offset[there], rel=1e-5, abs=1e-6)


def test_factors_from_a_second_bottom() -> None:
    x, factor = noise(2, 3, 4, 5), noise(2, 3, seed=1)
    layer = scale("axis: 0", bottoms=2)
    assert layer.params([x.shape, factor.shape]) == ()
    (y,) = run(layer, x, factor)
    np.testing.assert_array_equal(y, x * factor[:, :, None, None])


def test_a_second_bottom_leaves_the_offsets_to_learn() -> None:
    x, factor, offset = noise(2, 3, 4, 5), noise(3, 4, seed=1), noise(3, 4, seed=2)
    layer = scale("bias_term: true", bottoms=2)
    assert [p.shape for p in layer.params([x.shape, factor.shape])] == [(3, 4)]
    (y,) = run(layer, x, factor, params=[offset])
    np.testing.assert_array_equal(y, x * factor[..., None] + offset[..., None])


def test_factors_start_at_one_unless_said_otherwise() -> None:
    factor, offset = scale("bias_term: true").params([(2, 3)])
    assert (factor.filler, offset.filler) == (FillerParameter(type="constant", value=1), FillerParameter())
    assert scale("filler { value: 4 }").params([(2, 3)])[0].filler == FillerParameter(value=4)


def test_cost() -> None:
    assert scale("").cost([(2, 3)], [(2, 3)]) == Cost(multiplications=6)
    assert scale("bias_term: true").cost([(2, 3)], [(2, 3)]) == Cost(multiplications=6, additions=6)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("axis: 3 num_axes: 2", "2 axes from axis 3 on run past the end of a bottom of 2 x 3 x 4 x 5"),
        ("axis: 4", "axis 4 is out of range"),
        ("num_axes: -2", r"num_axes must be -1 \(to the end\) or at least 0, not -2"),
    ],
)
def test_refusals(fields: str, message: str) -> None:
    with pytest.raises(LayerError, match=message):
        scale(fields).shapes([(2, 3, 4, 5)])


def test_a_second_bottom_that_does_not_fit() -> None:
    with pytest.raises(LayerError, match="a second bottom of 2 x 3 does not fit 2 x 3 x 4 from axis 1 on"):
        scale("", bottoms=2).shapes([(2, 3, 4), (2, 3)])
