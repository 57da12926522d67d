"""BatchNorm: stored and batch statistics, and how the stored ones move on."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import TEST, TRAIN, Array
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, run


def batch_norm(phase: int = TEST, fields: str = "") -> Layer:
    return layer_from_text(f'type: "BatchNorm" bottom: "x" top: "y" batch_norm_param {{ {fields} }}', phase)


def sums(factor: float) -> list[Array]:
    return [np.array(v, np.float32) for v in ([2, 4, 6], [8, 2, 18], [factor])]


def test_stored_sums_are_divided_by_the_factor() -> None:
    x = np.array([[[5], [5], [5]]], np.float32)
    (y,) = run(batch_norm(fields="eps: 0"), x, params=sums(2))
    np.testing.assert_allclose(y.ravel(), [4 / 2, 3 / 1, 2 / 3], rtol=1e-6)


def test_factor_zero_means_zero_mean_and_variance() -> None:
    (y,) = run(batch_norm(fields="eps: 0.25"), np.ones((1, 3, 2), np.float32), params=sums(0))
    np.testing.assert_array_equal(y, np.full((1, 3, 2), 2))


def test_train_normalizes_and_moves_the_sums_on() -> None:
    x, params = noise(4, 3, 2, 5), sums(2)
    (y,) = run(batch_norm(TRAIN, "moving_average_fraction: 0.5"), x, params=params)
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), 0, atol=1e-6)
    np.testing.assert_allclose(y.std(axis=(0, 2, 3)), 1, rtol=1e-4)
    np.testing.assert_allclose(params[0], np.array([1, 2, 3]) + x.mean(axis=(0, 2, 3)), rtol=1e-5)
    np.testing.assert_allclose(params[1], np.array([4, 1, 9]) + x.var(axis=(0, 2, 3), ddof=1), rtol=1e-5)
    np.testing.assert_array_equal(params[2], [2])


def test_global_statistics_at_train_stay_as_they_are() -> None:
    x, params = noise(4, 3, 2, 5), sums(2)
    (y,) = run(batch_norm(TRAIN, "use_global_stats: true"), x, params=params)
    assert not (abs(y.mean(axis=(0, 2, 3))) < 1e-5).any()
    for got, kept in zip(params, sums(2), strict=True):
        np.testing.assert_array_equal(got, kept)


def test_statistics_of_the_batch_move_the_sums_on_at_test_too() -> None:
    x, params, at_train = noise(4, 3, 2, 5), sums(2), sums(2)
    (y,) = run(batch_norm(TEST, "use_global_stats: false"), x, params=params)
    assert (abs(y.mean(axis=(0, 2, 3))) < 1e-5).all()
    run(batch_norm(TRAIN), x, params=at_train)
    np.testing.assert_allclose(params[2], [2 * 0.999 + 1], rtol=1e-6)
    for got, kept in zip(params, at_train, strict=True):
        np.testing.assert_array_equal(got, kept)


def test_a_single_value_per_channel_has_no_bias_to_correct() -> None:
    params = sums(1)
    run(batch_norm(TRAIN), np.ones((1, 3), np.float32), params=params)
    np.testing.assert_allclose(params[1], np.array([8, 2, 18]) * 0.999, rtol=1e-6)


def test_params_are_statistics() -> None:
    params = batch_norm().params([(2, 3, 4, 5)])
    assert [p.shape for p in params] == [(3,), (3,), (1,)]
    assert all(p.statistic for p in params)


def test_cost() -> None:
    shape = (2, 3, 4)
    stored = Cost(additions=27, divisions=25, exponentials=3, multiplications=6)
    assert batch_norm().cost([shape], [shape]) == stored
    assert batch_norm(TRAIN).cost([shape], [shape]).additions == 27 + 72


def test_needs_channels() -> None:
    with pytest.raises(LayerError, match="at least 2 axes, got 1: 7"):
        batch_norm().shapes([(7,)])
