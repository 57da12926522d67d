"""L1Loss: sums done by loops, unknown values, and what it refuses."""

from __future__ import annotations

from math import isnan, sqrt

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Array
from prototxt.errors import UnappliedError
from prototxt.explain.breakdown.values import explain_value
from prototxt.layers.base import Cost
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "L1Loss" bottom: "a" bottom: "b" top: "y" l1_loss_param { %s }'


def by_loop(a: Array, b: Array, *, places: bool, mean: bool, entries: bool, epsilon: float) -> float:
    """The loss, value by value in double precision."""
    n, c, height, width = a.shape
    total, known = 0.0, 0
    for i in range(n):
        for y in range(height):
            for x in range(width):
                differences = [float(a[i, k, y, x]) - float(b[i, k, y, x]) for k in range(c)]
                known += sum(not isnan(d) for d in differences)
                differences = [0.0 if isnan(d) else d for d in differences]
                squares = sum(d * d for d in differences) / (c if mean else 1)
                total += sqrt(squares + epsilon) if places else sum(map(abs, differences))
    return float(total / (known / c if entries else n))


@pytest.mark.parametrize("places", [False, True])
@pytest.mark.parametrize("mean", [False, True])
@pytest.mark.parametrize("entries", [False, True])
@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_against_a_loop(places: bool, mean: bool, entries: bool, engine: str) -> None:
    a, b = noise(2, 3, 4, 5), noise(2, 3, 4, 5, seed=1)
    b[0, :, 1, 2] = b[1, 2, 3, 3] = np.nan
    fields = (
        f"l2_per_location: {str(places).lower()} l2_prescale_by_channels: {str(mean).lower()} "
        f"normalize_by_num_entries: {str(entries).lower()} epsilon: 0.25"
    )
    net = prototxt.parse_net(
        'input: "a" input: "b" input_shape { dim: 2 dim: 3 dim: 4 dim: 5 } '
        "input_shape { dim: 2 dim: 3 dim: 4 dim: 5 } "
        f'layer {{ name: "loss" {TEXT % fields} }}'
    )
    net.engine = engine
    want = by_loop(a, b, places=places, mean=mean, entries=entries, epsilon=0.25)
    assert float(net.forward(a=a, b=b)["y"]) == pytest.approx(want, rel=1e-5)


def test_by_hand() -> None:
    a, b = np.array([[1, -2, 4]], np.float32), np.array([[0, 1, 4]], np.float32)
    assert float(run(layer_from_text(TEXT % ""), a, b)[0]) == 4
    twice = [np.concatenate([x, x]) for x in (a, b)]
    assert float(run(layer_from_text(TEXT % ""), *twice)[0]) == 4
    (alone,) = run(layer_from_text('type: "L1Loss" bottom: "a" top: "y"'), a)
    assert float(alone) == 7


def test_two_maps_of_one_number_each() -> None:
    a, b = np.array([[[3.0]], [[4.0]]], np.float32)[None], np.zeros((1, 2, 1, 1), np.float32)
    (y,) = run(layer_from_text(TEXT % "l2_per_location: true epsilon: 0"), a, b)
    assert float(y) == 5


def test_nothing_known() -> None:
    a, b = noise(2, 3, 4, 5), np.full((2, 3, 4, 5), np.nan, np.float32)
    assert float(run(layer_from_text(TEXT % "normalize_by_num_entries: true"), a, b)[0]) == 0


def test_cost() -> None:
    shape = (2, 3, 4, 5)
    assert layer_from_text(TEXT % "").cost([shape, shape], [()]) == Cost(
        additions=240, comparisons=120, divisions=1
    )
    assert layer_from_text(TEXT % "l2_per_location: true").cost([shape, shape], [()]) == Cost(
        additions=320, multiplications=120, exponentials=40, divisions=1
    )


def test_a_breakdown_lists_every_difference() -> None:
    net = prototxt.parse_net(
        'input: "a" input: "b" input_shape { dim: 2 dim: 3 } input_shape { dim: 2 dim: 3 } '
        f'layer {{ name: "loss" {TEXT % ""} }}'
    )
    a, b = noise(2, 3), noise(2, 3, seed=1)
    b[0, 2] = np.nan
    y = float(net.forward(a=a, b=b)["y"])
    breakdown = explain_value(net, "loss", ())
    assert breakdown.agrees
    assert breakdown.value == pytest.approx(y)
    assert breakdown.groups[0].parts.tolist() == pytest.approx(np.nan_to_num(np.abs(a - b)).ravel().tolist())


def test_refusals() -> None:
    assert "must hold as many values" in refused(TEXT % "", (2, 3, 4, 5), (2, 2, 4, 5)).what
    assert refused(TEXT % "l2_per_location: true", (2,), (2,)).field == "bottom"
    with pytest.raises(UnappliedError, match="plateau"):
        layer_from_text(TEXT % "plateau: 2")
