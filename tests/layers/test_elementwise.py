"""Element-wise layers: known values, extreme values, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import TRAIN, Array
from prototxt.errors import LayerError, UnappliedError
from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, run

INF = float("inf")


def neuron(type_name: str, param: str = "") -> Layer:
    return layer_from_text(f'type: "{type_name}" bottom: "x" top: "y" {param}')


def of(layer: Layer, *values: float) -> Array:
    (y,) = run(layer, np.array(values, np.float32))
    return y


@pytest.mark.parametrize(
    ("type_name", "param", "x", "y"),
    [
        ("ReLU", "", -2, 0),
        ("ReLU", "", 3, 3),
        ("ReLU", "relu_param { negative_slope: 0.5 }", -2, -1),
        ("ReLU", "relu_param { negative_slope: 0.5 }", 4, 4),
        ("ReLU6", "", -2, 0),
        ("ReLU6", "", 7, 6),
        ("ReLU6", "relu6_param { negative_slope: 0.5 }", -2, -1),
        ("ReLU6", "relu_param { negative_slope: 0.5 }", -2, 0),
        ("SeLu", "", 2, 2 * 1.050700987),
        ("SeLu", "", -1, 1.050700987 * 1.67326324 * (np.exp(-1) - 1)),
        ("SeLu", "selu_param { lambda: 3 alpha: 2 }", -1, 6 * (np.exp(-1) - 1)),
        ("Insanity", "", -11, -2),
        ("Insanity", "insanity_param { lb: 3 ub: 5 }", -2, -0.5),
        ("Insanity", "insanity_param { lb: 3 ub: 5 }", 2, 2),
        ("ELU", "", 2, 2),
        ("ELU", "elu_param { alpha: 2 }", -1, 2 * (np.exp(-1) - 1)),
        ("Sigmoid", "", 0, 0.5),
        ("Sigmoid", "", 1, 1 / (1 + np.exp(-1))),
        ("TanH", "", 0.5, np.tanh(0.5)),
        ("Swish", "", 1, 1 / (1 + np.exp(-1))),
        ("Swish", "swish_param { beta: 2 }", 1, 1 / (1 + np.exp(-2))),
        ("AbsVal", "", -3, 3),
        ("BNLL", "", 0, np.log(2)),
        ("Threshold", "", 0, 0),
        ("Threshold", "threshold_param { threshold: 1 }", 1.5, 1),
        ("Clip", "clip_param { min: -1 max: 6 }", 7, 6),
        ("Clip", "clip_param { min: -1 max: 6 }", -7, -1),
        ("Power", "", 3, 3),
        ("Power", "power_param { power: 2 scale: 3 shift: 1 }", 2, 49),
        ("Power", "power_param { power: 0 }", 5, 1),
        ("Power", "power_param { scale: 0 shift: 2 power: 3 }", 5, 8),
        ("Exp", "", 1, np.e),
        ("Exp", "exp_param { base: 2 scale: 3 shift: 1 }", 1, 16),
        ("Exp", "exp_param { shift: 1000 }", 1, INF),
        ("Log", "", np.e, 1),
        ("Log", "log_param { base: 10 scale: 2 shift: 80 }", 10, 2),
    ],
)
def test_values(type_name: str, param: str, x: float, y: float) -> None:
    np.testing.assert_allclose(of(neuron(type_name, param), x), [y], rtol=1e-6)


@pytest.mark.parametrize(
    ("type_name", "param", "low", "high"),
    [
        ("ReLU", "", 0, INF),
        ("ELU", "", -1, INF),
        ("Insanity", "", -INF, INF),
        ("Sigmoid", "", 0, 1),
        ("TanH", "", -1, 1),
        ("BNLL", "", 0, INF),
        ("Exp", "", 0, INF),
        ("Power", "power_param { power: 2 }", INF, INF),
        ("Log", "", np.nan, INF),
        ("Power", "power_param { power: 0 }", 1, 1),
    ],
)
def test_extreme_values_warn_of_nothing(type_name: str, param: str, low: float, high: float) -> None:
    layer = neuron(type_name, param)
    of(layer, -3e38, 3e38)
    np.testing.assert_array_equal(of(layer, -INF, INF), [low, high])


def test_undefined_values_are_nan_or_infinite() -> None:
    np.testing.assert_array_equal(of(neuron("Log"), 0, -1), [-INF, np.nan])
    np.testing.assert_array_equal(of(neuron("Power", "power_param { power: 0.5 }"), -4), [np.nan])
    np.testing.assert_array_equal(of(neuron("Power", "power_param { power: -1 }"), 0), [INF])


@pytest.mark.parametrize(
    "type_name",
    ["ReLU", "ELU", "Sigmoid", "TanH", "Swish", "AbsVal", "BNLL", "Threshold", "Power", "Exp", "Log"],
)
def test_any_shape_with_defaults(type_name: str) -> None:
    x, layer = np.abs(noise(2, 3, 4, 5)), neuron(type_name)
    assert run(layer, x)[0].shape == x.shape
    assert run(layer, x[0, 0, 0])[0].shape == (5,)
    assert isinstance(layer.brief([x.shape]), str)


def test_cost() -> None:
    assert neuron("ReLU").cost([(2, 3)], [(2, 3)]) == Cost(comparisons=6)
    sloped = neuron("ReLU", "relu_param { negative_slope: 0.1 }")
    assert sloped.cost([(2, 3)], [(2, 3)]) == Cost(comparisons=6, multiplications=6)
    assert neuron("Power").cost([(2, 3)], [(2, 3)]) == Cost()
    assert neuron("TanH").cost([(2, 3)], [(2, 3)]) == Cost(exponentials=6)


def test_brief() -> None:
    assert neuron("ReLU", "relu_param { negative_slope: 0.1 }").brief([]) == "slope 0.1"
    assert neuron("Clip", "clip_param { min: 0 max: 6 }").brief([]) == "0..6"
    assert neuron("Insanity", "insanity_param { lb: 3 ub: 5 }").brief([]) == "3..5"


def test_insanity_draws_its_divisors_while_training() -> None:
    layer = layer_from_text(
        'type: "Insanity" bottom: "x" top: "y" insanity_param { lb: 2 ub: 4 }', phase=TRAIN, seed=3
    )
    x = np.concatenate([np.full(3000, -8, np.float32), np.full(5, 8, np.float32)])
    (y,) = run(layer, x)
    np.testing.assert_array_equal(y[3000:], x[3000:])
    divisors = x[:3000] / y[:3000]
    assert 2 <= divisors.min() < 2.01
    assert 3.99 < divisors.max() <= 4.0001
    assert divisors.mean() == pytest.approx(3, abs=0.05)


def test_insanity_with_a_mean_is_not_run() -> None:
    with pytest.raises(UnappliedError, match=r"insanity_param.mean .* not known"):
        neuron("Insanity", "insanity_param { mean: 3 }")


@pytest.mark.parametrize(
    ("type_name", "param", "message", "field"),
    [
        ("Exp", "exp_param { base: 0 }", "base must be above 0, or -1 for e, not 0", "base"),
        ("Log", "log_param { base: -2 }", "base must be above 0, or -1 for e, not -2", "base"),
        ("Log", "log_param { base: 1 }", "base must not be 1", "base"),
        ("Clip", "", "no min", "clip_param"),
        ("Insanity", "insanity_param { lb: 5 ub: 3 }", "at most ub, got lb 5 and ub 3", "lb"),
        ("Insanity", "insanity_param { lb: 0 }", "lb must be above 0", "lb"),
    ],
)
def test_refusals(type_name: str, param: str, message: str, field: str) -> None:
    with pytest.raises(LayerError, match=message) as caught:
        neuron(type_name, param)
    assert caught.value.field == field
