"""BN of PSPNet: stored and batch statistics, how the stored ones move on, and what starts as what."""

from __future__ import annotations

import numpy as np

from prototxt.blobs import TEST, TRAIN, Array
from prototxt.layers.base import Cost, Layer
from prototxt.schema.caffe_pb2 import FillerParameter
from support.helpers import layer_from_text, noise, refused, run


def bn(phase: int = TEST, fields: str = "") -> Layer:
    return layer_from_text(f'type: "BN" bottom: "x" top: "y" bn_param {{ momentum: 0.75 {fields} }}', phase)


def learned() -> list[Array]:
    return [
        np.array(v, np.float32).reshape(1, 3, 1, 1) for v in ([1, 2, 3], [0, 1, -1], [1, -2, 0], [4, 1, 9])
    ]


def test_stored_statistics_at_test_and_frozen() -> None:
    x = noise(2, 3, 4, 5)
    slope, bias, mean, variance = params = learned()
    for layer in (bn(), bn(TRAIN, "frozen: true")):
        (y,) = run(layer, x, params=params)
        want = (x - mean) / np.sqrt(variance + 1e-5) * slope + bias
        np.testing.assert_allclose(y, want, rtol=1e-5, atol=1e-6)
        assert not layer.stateful
    for got, kept in zip(params, learned(), strict=True):
        np.testing.assert_array_equal(got, kept)


def test_train_normalizes_and_moves_the_statistics_on() -> None:
    x, params = noise(4, 3, 2, 5), learned()
    (y,) = run(bn(TRAIN), x, params=params)
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), [0, 1, -1], atol=1e-5)
    np.testing.assert_allclose(y.std(axis=(0, 2, 3)), [1, 2, 3], rtol=1e-3)
    _, _, mean, variance = learned()
    np.testing.assert_allclose(params[2], 0.75 * mean + 0.25 * x.mean((0, 2, 3), keepdims=True), rtol=1e-5)
    np.testing.assert_allclose(params[3], 0.75 * variance + 0.25 * x.var((0, 2, 3), keepdims=True), rtol=1e-5)
    assert bn(TRAIN).stateful


def test_params_and_their_initial_values() -> None:
    params = bn(fields="slope_filler { value: 2 }").params([(2, 3, 4, 5)])
    assert {p.shape for p in params} == {(1, 3, 1, 1)}
    assert [p.statistic for p in params] == [False, False, True, True]
    zero = FillerParameter(type="constant", value=0)
    assert [p.filler for p in params] == [FillerParameter(value=2), FillerParameter(), None, zero]
    assert bn(fields="frozen: true").params([(2, 3)])[3].filler == FillerParameter(type="constant", value=1)


def test_per_channel_where_statistics_are_stored() -> None:
    x, params, layer = noise(2, 3, 4, 5), learned(), bn()
    assert layer.is_per_channel([x.shape])  # type: ignore[attr-defined]
    assert not bn(TRAIN).is_per_channel([x.shape])  # type: ignore[attr-defined]
    factor, offset = layer.per_channel(params)  # type: ignore[attr-defined]
    (y,) = run(layer, x, params=params)
    folded = x * factor[:, None, None] + offset[:, None, None]
    np.testing.assert_allclose(folded, y, rtol=1e-4, atol=1e-5)


def test_cost() -> None:
    shape = (2, 3, 4)
    assert bn().cost([shape], [shape]) == Cost(additions=51, multiplications=27, divisions=3, exponentials=3)
    assert bn(TRAIN).cost([shape], [shape]).additions == 51 + 72 + 6


def test_refusals() -> None:
    assert refused('type: "BN" bottom: "x" top: "y" ' + 5 * "param {} ").field == "param"
    assert refused('type: "BN" bottom: "x" top: "y" bn_param { eps: 1 }', (3,)).field == "bottom"
