"""SpatialDropout: whole channels while training, and ENet's Python layer."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import TEST, TRAIN, Array
from prototxt.layers.base import Layer
from prototxt.layers.spatial_dropout import SpatialDropout
from support.helpers import layer_from_text, noise, refused, run

PYTHON = (
    'name: "d" type: "Python" bottom: "x" top: "y" '
    'python_param { module: "lib.spatial_dropout" layer: "SpatialDropoutLayer" param_str: "%s" }'
)


def dropout(phase: int, ratio: float = 0.25) -> Layer:
    text = f'name: "d" type: "SpatialDropout" bottom: "x" top: "y" spatial_dropout_param {{ dropout_ratio: {ratio} }}'
    return layer_from_text(text, phase)


def check_channels(y: Array, kept: float) -> None:
    np.testing.assert_array_equal(y, y[:, :, :1, :1] * np.ones_like(y))
    assert set(np.unique(y)) == {np.float32(0), np.float32(kept)}


def test_whole_channels_at_train_nothing_at_test() -> None:
    x = np.ones((20, 30, 2, 3), np.float32)
    (y,) = run(dropout(TRAIN), x)
    check_channels(y, 4 / 3)
    assert y.mean() == pytest.approx(1, abs=0.1)
    np.testing.assert_array_equal(run(dropout(TEST), x)[0], x)
    assert (dropout(TRAIN).stateful, dropout(TEST).stateful) == (True, False)


@pytest.mark.parametrize(
    ("text", "phase", "drops"),
    [
        ("{'phase': 'TRAIN', 'p': '0.5'}", TEST, True),
        ("{'phase': 'TEST', 'p': 0.5}", TRAIN, False),
        ("{'p': 0.5}", TRAIN, True),
        ("{'p': 0.5}", TEST, False),
    ],
)
def test_as_a_python_layer(text: str, phase: int, drops: bool) -> None:
    layer = layer_from_text(PYTHON % text, phase)
    assert isinstance(layer, SpatialDropout)
    x = np.ones((20, 30, 2, 3), np.float32)
    (y,) = run(layer, x)
    if drops:
        check_channels(y, 2)
    else:
        np.testing.assert_array_equal(y, x)


@pytest.mark.parametrize(
    "text", ["", "{'phase': 'TRAIN'}", "{'p': 'much'}", "{'p': None}", "import os", "[1, 2]"]
)
def test_a_python_layer_without_a_ratio(text: str) -> None:
    error = refused(PYTHON % text)
    assert error.field == "param_str"


def test_refused_ratios_and_brief() -> None:
    assert refused(
        'type: "SpatialDropout" bottom: "x" top: "y" spatial_dropout_param { dropout_ratio: 1 }'
    ).field
    assert dropout(TEST).brief([]) == "0.25"
    assert dropout(TRAIN).cost([noise(2, 3).shape], [(2, 3)]).multiplications == 12
