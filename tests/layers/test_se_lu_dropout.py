"""SeLuDropout: nothing at TEST; at TRAIN mean and variance stay."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from prototxt.blobs import TEST, TRAIN
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, refused, run

ALPHA = -1.75809934


def dropout(fields: str = "", phase: int = TRAIN, seed: int = 0) -> Layer:
    text = f'name: "d" type: "SeLuDropout" bottom: "x" top: "y" selu_dropout_param {{ {fields} }}'
    return layer_from_text(text, phase, seed)


def test_identity_at_test() -> None:
    x = noise(2, 3, 4)
    np.testing.assert_array_equal(run(dropout(phase=TEST), x)[0], x)
    assert dropout(phase=TEST).cost([x.shape], [x.shape]) == Cost()


def test_two_lines_at_train() -> None:
    x = noise(50, 400)
    (y,) = run(dropout("dropout_ratio: 0.2"), x)
    a = (0.8 * (1 + ALPHA**2 * 0.2)) ** -0.5
    b = -a * 0.2 * ALPHA
    dropped = np.isclose(y, a * ALPHA + b)
    assert dropped.mean() == pytest.approx(0.2, abs=0.01)
    np.testing.assert_allclose(y[~dropped], (a * x + b)[~dropped], rtol=1e-4, atol=1e-5)
    assert y.mean() == pytest.approx(0, abs=0.02)
    assert y.std() == pytest.approx(1, abs=0.02)
    assert dropout().cost([x.shape], [x.shape]) == Cost(
        comparisons=20000, multiplications=20000, additions=20000
    )


def test_alpha() -> None:
    (y,) = run(dropout("dropout_ratio: 0.5 alpha: 0"), np.ones((3, 400), np.float32))
    np.testing.assert_allclose(np.unique(y), [0, 2**0.5], rtol=1e-6)


def test_seeded() -> None:
    x = noise(3, 40)
    np.testing.assert_array_equal(run(dropout(seed=7), x)[0], run(dropout(seed=7), x)[0])
    assert (run(dropout(seed=7), x)[0] != run(dropout(seed=8), x)[0]).any()


def test_takes_no_memory_in_a_plan() -> None:
    net = prototxt.parse_net(
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } } '
        'layer { name: "n" type: "SeLu" bottom: "x" top: "n" } '
        'layer { name: "d" type: "SeLuDropout" bottom: "n" top: "y" }'
    )
    x = noise(2, 3)
    np.testing.assert_array_equal(net.forward({"x": x})["y"], net.blobs["n"].data)


@pytest.mark.parametrize("ratio", [1, -0.5])
def test_refusals(ratio: float) -> None:
    text = f'type: "SeLuDropout" bottom: "x" top: "y" selu_dropout_param {{ dropout_ratio: {ratio} }}'
    error = refused(text, (1, 2))
    assert error.what == f"dropout_ratio must be at least 0 and below 1, not {ratio:g}"
    assert error.field == "dropout_ratio"


def test_brief_and_default() -> None:
    assert dropout().brief([]) == "0.1"
