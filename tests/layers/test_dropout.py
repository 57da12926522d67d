"""Dropout: nothing at TEST; at TRAIN a repeatable mask that keeps the expected sum."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import TEST, TRAIN
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, run


def dropout(ratio: float, phase: int, seed: int = 0, name: str = "drop") -> Layer:
    text = f'name: "{name}" type: "Dropout" bottom: "x" top: "y" dropout_param {{ dropout_ratio: {ratio} }}'
    return layer_from_text(text, phase, seed)


def test_identity_at_test() -> None:
    x = noise(2, 3, 4)
    np.testing.assert_array_equal(run(dropout(0.4, TEST), x)[0], x)
    assert dropout(0.4, TEST).cost([x.shape], [x.shape]) == Cost()


def test_mask_at_train() -> None:
    x = np.ones((50, 400), np.float32)
    (y,) = run(dropout(0.2, TRAIN), x)
    assert set(np.unique(y)) == {np.float32(0), np.float32(1.25)}
    assert y.mean() == pytest.approx(1, abs=0.02)
    assert dropout(0.2, TRAIN).cost([x.shape], [x.shape]) == Cost(multiplications=40000)


def test_the_mask_depends_on_seed_and_name_and_moves_on() -> None:
    x = np.ones((3, 40), np.float32)
    layer = dropout(0.5, TRAIN, seed=7)
    (first,), (second,) = run(layer, x), run(layer, x)
    np.testing.assert_array_equal(run(dropout(0.5, TRAIN, seed=7), x)[0], first)
    assert (first != second).any()
    assert (run(dropout(0.5, TRAIN, seed=8), x)[0] != first).any()
    assert (run(dropout(0.5, TRAIN, seed=7, name="other"), x)[0] != first).any()


def test_samples_at_test_where_the_file_says_so() -> None:
    layer = layer_from_text(
        'name: "d" type: "Dropout" bottom: "x" top: "y" dropout_param { sample_weights_test: true }', TEST
    )
    x = np.ones((40, 30), np.float32)
    (first,), (second,) = run(layer, x), run(layer, x)
    assert set(np.unique(first)) == {np.float32(0), np.float32(2)}
    assert (first != second).any()
    assert layer.stateful
    assert not dropout(0.5, TEST).stateful


@pytest.mark.parametrize("ratio", [-0.1, 1, 1.5])
def test_refusals(ratio: float) -> None:
    with pytest.raises(LayerError, match=f"at least 0 and below 1, not {ratio:g}") as caught:
        dropout(ratio, TEST)
    assert caught.value.field == "dropout_ratio"


def test_brief_and_default() -> None:
    assert layer_from_text('type: "Dropout" bottom: "x" top: "x"').brief([]) == "0.5"


def test_scaled_at_test_where_training_does_not() -> None:
    text = 'name: "d" type: "Dropout" bottom: "x" top: "y" dropout_param { dropout_ratio: 0.2 scale_train: false }'
    x = noise(2, 3, 4)
    layer = layer_from_text(text, TEST)
    np.testing.assert_allclose(run(layer, x)[0], x * 0.8, rtol=1e-6)
    assert layer.cost([x.shape], [x.shape]) == Cost(multiplications=24)
    assert not layer.stateful
    (y,) = run(layer_from_text(text, TRAIN), np.ones((50, 400), np.float32))
    assert set(np.unique(y)) == {np.float32(0), np.float32(1)}
    assert y.mean() == pytest.approx(0.8, abs=0.02)
    assert layer_from_text(text, TRAIN).cost([x.shape], [x.shape]) == Cost(multiplications=24)
