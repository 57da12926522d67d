"""DummyData: shapes, fillers, randomness, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from support.helpers import layer_from_text, run


def dummy(fields: str, tops: int = 1, seed: int = 0) -> Layer:
    names = " ".join(f'top: "y{i}"' for i in range(tops))
    return layer_from_text(f'name: "d" type: "DummyData" {names} dummy_data_param {{ {fields} }}', seed=seed)


def test_zeros_without_a_filler() -> None:
    (y,) = run(dummy("shape { dim: 2 dim: 3 }"))
    np.testing.assert_array_equal(y, np.zeros((2, 3)))


def test_one_filler_and_one_shape_for_all_tops() -> None:
    y = run(dummy('shape { dim: 2 } data_filler { type: "constant" value: 7 }', tops=3))
    np.testing.assert_array_equal(y, np.full((3, 2), 7))


def test_a_filler_and_a_shape_for_each() -> None:
    fields = (
        'shape { dim: 2 } shape { dim: 3 dim: 1 } data_filler { value: 1 } data_filler { type: "uniform" }'
    )
    ones, drawn = run(dummy(fields, tops=2))
    np.testing.assert_array_equal(ones, [1, 1])
    assert drawn.shape == (3, 1)
    assert ((drawn > 0) & (drawn < 1)).all()


def test_legacy_dimensions() -> None:
    assert dummy("num: 2 channels: 3 height: 4 width: 5").shapes([]) == [(2, 3, 4, 5)]
    both = dummy("num: 2 num: 6 channels: 3 height: 4 width: 5 width: 7", tops=2)
    assert both.shapes([]) == [(2, 3, 4, 5), (6, 3, 4, 7)]


def test_draws_again_at_every_forward_and_is_seeded() -> None:
    fields = 'shape { dim: 50 } data_filler { type: "gaussian" }'
    layer = dummy(fields)
    first, second = run(layer)[0], run(layer)[0]
    assert (first != second).any()
    np.testing.assert_array_equal(run(dummy(fields))[0], first)
    assert (run(dummy(fields, seed=1))[0] != first).any()


@pytest.mark.parametrize(
    ("fields", "tops", "what"),
    [
        ("", 1, "0 shape for 1 tops; give 1 or 1"),
        ("shape { dim: 1 } shape { dim: 1 }", 3, "2 shape for 3 tops; give 1 or 3"),
        ("shape { dim: 1 } num: 1", 1, "give either shape or num, not both"),
        ("num: 1 channels: 1 height: 1", 1, "0 width for 1 tops"),
        ("shape { dim: 1 } data_filler { } data_filler { }", 1, "2 data_filler for 1 tops"),
        ("shape { dim: 3 dim: 0 }", 1, "every dim must be at least 1, got 3 x 0"),
    ],
)
def test_wrong_settings_are_refused(fields: str, tops: int, what: str) -> None:
    with pytest.raises(LayerError, match=what):
        dummy(fields, tops).shapes([])


def test_an_unknown_filler_is_reported_at_its_place() -> None:
    net = prototxt.parse_net(
        'layer { name: "d" type: "DummyData" top: "x"\n'
        '  dummy_data_param { shape { dim: 1 } data_filler { type: "guassian" } } }',
        file="net.prototxt",
    )
    with pytest.raises(
        LayerError, match=r'net.prototxt:\d:\d+: layer "d" \(DummyData\): unknown filler type'
    ):
        net.forward()
