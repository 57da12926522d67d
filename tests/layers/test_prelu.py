"""PReLU: slopes per channel or shared."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import LayerError
from prototxt.layers.base import Cost
from prototxt.schema.caffe_pb2 import FillerParameter
from support.helpers import layer_from_text, run


def test_slope_per_channel() -> None:
    layer = layer_from_text('type: "PReLU" bottom: "x" top: "y"')
    x = np.array([[[-2, 2, -4], [-2, 2, -4]]], np.float32)
    (y,) = run(layer, x, params=[np.array([0.5, -1], np.float32)])
    np.testing.assert_array_equal(y, [[[-1, 2, -2], [2, 2, 4]]])
    (slope,) = layer.params([x.shape])
    assert slope.shape == (2,)
    assert slope.filler == FillerParameter(type="constant", value=0.25)
    assert layer.cost([x.shape], [x.shape]) == Cost(comparisons=12, multiplications=6, additions=6)


def test_one_slope_for_all() -> None:
    layer = layer_from_text(
        'type: "PReLU" bottom: "x" top: "y" prelu_param { channel_shared: true filler { value: 3 } }'
    )
    (slope,) = layer.params([(2, 3, 4)])
    assert slope.shape == ()
    assert slope.filler == FillerParameter(value=3)
    (y,) = run(layer, np.array([[-1, 1, -2]], np.float32), params=[np.array(0.5, np.float32)])
    np.testing.assert_array_equal(y, [[-0.5, 1, -1]])


def test_needs_channels() -> None:
    with pytest.raises(LayerError, match="at least 2 axes, got 1: 7"):
        layer_from_text('type: "PReLU" bottom: "x" top: "y"').shapes([(7,)])
