"""Normalize: L2 norms of 1, times a scale."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from prototxt.schema.caffe_pb2 import FillerParameter
from support.helpers import floats, layer_from_text, noise, run


def normalize(fields: str = "") -> str:
    return f'type: "Normalize" bottom: "x" top: "y" norm_param {{ {fields} }}'


def test_three_and_four_become_six_and_eight_tenths() -> None:
    x = floats([3, 4]).reshape(1, 2, 1, 1)
    (y,) = run(layer_from_text(normalize("across_spatial: false")), x, params=[floats(1)])
    np.testing.assert_allclose(y.ravel(), [0.6, 0.8], rtol=1e-6)


def test_per_position_or_over_the_whole_item() -> None:
    x = floats([[3, 0], [4, 5]]).reshape(1, 2, 1, 2)
    scale = floats([10, 100])
    fields = "across_spatial: false channel_shared: false"
    (y,) = run(layer_from_text(normalize(fields)), x, params=[scale])
    np.testing.assert_allclose(y.reshape(2, 2), [[6, 0], [80, 100]], rtol=1e-6)
    (y,) = run(layer_from_text(normalize("channel_shared: false")), x, params=[scale])
    np.testing.assert_allclose(y.reshape(2, 2), floats([[30, 0], [400, 500]]) / np.sqrt(50), rtol=1e-6)


def test_params() -> None:
    (shared,) = layer_from_text(normalize()).params([(2, 3, 4, 5)])
    assert shared.shape == ()
    assert shared.filler == FillerParameter(type="constant", value=1)
    (own,) = layer_from_text(normalize("channel_shared: false scale_filler { value: 20 }")).params(
        [(2, 3, 4, 5)]
    )
    assert own.shape == (3,)
    assert own.filler == FillerParameter(value=20)


def test_nothing_stays_nothing() -> None:
    (y,) = run(layer_from_text(normalize()), 0 * noise(1, 2, 3, 4), params=[floats(20)])
    assert not y.any()


def test_cost_and_brief() -> None:
    layer = layer_from_text(normalize())
    cost = layer.cost([(2, 3, 4, 5)], [(2, 3, 4, 5)])
    assert (cost.divisions, cost.exponentials) == (120, 2)
    assert layer.brief([(2, 3, 4, 5)]) == "across"
    assert layer_from_text(normalize("across_spatial: false")).cost([(2, 3, 4, 5)], []).exponentials == 40


def test_needs_channels() -> None:
    with pytest.raises(LayerError, match="at least 2 axes"):
        layer_from_text(normalize()).params([(2,)])
