"""Parameter: a learned array as a blob, apart from it."""

from __future__ import annotations

import numpy as np

from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "Parameter" top: "w" parameter_param { shape { %s } }'


def test_the_top_is_the_learned_array() -> None:
    layer, weight = layer_from_text(TEXT % "dim: 2 dim: 5"), noise(2, 5)
    assert [p.shape for p in layer.params([])] == [(2, 5)]
    (y,) = run(layer, params=[weight])
    np.testing.assert_array_equal(y, weight)
    assert not np.may_share_memory(y, weight)


def test_without_a_shape_it_is_a_single_number() -> None:
    layer = layer_from_text('type: "Parameter" top: "w"')
    assert layer.shapes([]) == [()]
    assert layer.params([])[0].shape == ()


def test_no_dim_below_1() -> None:
    error = refused(TEXT % "dim: 2 dim: 0")
    assert (error.what, error.field) == ("every dim must be at least 1, got 2 x 0", "dim")
