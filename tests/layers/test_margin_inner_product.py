"""MarginInnerProduct and what it shares with LargeMarginInnerProduct: angles done one by one, lambda, refusals."""

from __future__ import annotations

from math import acos, cos, pi, sqrt

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Array
from prototxt.errors import LayerError
from prototxt.layers.base import Cost
from support.helpers import layer_from_text, noise, refused, run

KINDS = {"SINGLE": 1, "DOUBLE": 2, "TRIPLE": 3, "QUADRUPLE": 4}

TYPES = {
    "MarginInnerProduct": "margin_inner_product_param",
    "LargeMarginInnerProduct": "largemargin_inner_product_param",
}


def text(type_name: str, fields: str) -> str:
    return (
        f'type: "{type_name}" bottom: "x" bottom: "label" top: "y" top: "lambda" '
        f"{TYPES[type_name]} {{ num_output: 5 {fields} }}"
    )


def by_loop(
    x: Array, weights: Array, labels: list[int], m: int, share: float, unit: bool
) -> list[list[float]]:
    """The scores in double precision, from the definition of the margin by pieces of the angle."""
    rows = []
    for item, label in zip(x.tolist(), labels, strict=True):
        row = []
        for o, w in enumerate(weights.tolist()):
            length = sqrt(sum(v * v for v in w))
            w = [v / length for v in w] if unit else w
            product = sum(a * b for a, b in zip(item, w, strict=True))
            if o == label:
                size = sqrt(sum(v * v for v in item)) * (1.0 if unit else length)
                angle = acos(max(-1.0, min(1.0, product / size)))
                k = next(k for k in range(m) if angle <= (k + 1) * pi / m + 1e-12)
                product = (share * product + size * ((-1) ** k * cos(m * angle) - 2 * k)) / (1 + share)
            row.append(product)
        rows.append(row)
    return rows


@pytest.mark.parametrize("type_name", TYPES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_against_a_loop(type_name: str, kind: str, engine: str) -> None:
    net = prototxt.parse_net(
        'input: "x" input: "label" input_shape { dim: 12 dim: 3 } input_shape { dim: 12 } '
        f'layer {{ name: "ip" {text(type_name, f"type: {kind} base: 4 gamma: 1 power: 2")} }}'
    )
    net.engine = engine
    x, weights, labels = noise(12, 3), noise(5, 3, seed=1), [i % 5 for i in range(12)]
    net.params["ip"][0].data[...] = weights
    out = net.forward(x=x, label=np.array(labels, np.float32))
    assert out["lambda"].tolist() == [1.0]  # 4 * (1 + 1 * 1)^-2
    want = by_loop(x, weights, labels, KINDS[kind], 1.0, type_name == "MarginInnerProduct")
    np.testing.assert_allclose(out["y"], want, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("type_name", TYPES)
def test_lambda_falls_with_every_forward(type_name: str) -> None:
    layer = layer_from_text(
        text(type_name, "type: DOUBLE base: 8 gamma: 1 power: 1 iteration: 1 lambda_min: 1.8")
    )
    x, label, weights = noise(2, 3), np.array([0, 4], np.float32), noise(5, 3, seed=1)
    shares = [float(run(layer, x, label, params=[weights])[1][0]) for _ in range(3)]
    assert shares == pytest.approx([8 / 3, 2, 1.8])
    again = layer_from_text(
        text(type_name, "type: DOUBLE base: 8 gamma: 1 power: 1 iteration: 1 lambda_min: 1")
    )
    again.adopt_state(layer)
    assert float(run(again, x, label, params=[weights])[1][0]) == pytest.approx(8 / 6)
    assert layer.stateful


@pytest.mark.parametrize("type_name", TYPES)
def test_items_of_zeros_have_no_angle(type_name: str) -> None:
    layer = layer_from_text(text(type_name, "type: QUADRUPLE"))
    y, _ = run(layer, np.zeros((2, 3), np.float32), np.array([1, 2], np.float32), params=[noise(5, 3)])
    np.testing.assert_array_equal(y, np.zeros((2, 5)))


@pytest.mark.parametrize("type_name", TYPES)
def test_shapes_and_cost(type_name: str) -> None:
    layer = layer_from_text(text(type_name, "type: DOUBLE axis: 2"))
    bottom = [(2, 4, 3, 6), (8,)]
    assert layer.shapes(bottom) == [(2, 4, 5), (1,)]
    assert [(p.name, p.shape) for p in layer.params(bottom)] == [("weights", (5, 18))]
    assert layer.cost(bottom, layer.shapes(bottom)).macs == 8 * 18 * 5 + 2 * 8 * 18
    plain = layer_from_text(text(type_name, ""))
    assert plain.cost([(2, 3), (2,)], [(2, 5), (1,)]) == Cost(macs=30)
    assert layer.brief(bottom) == "m 2"


@pytest.mark.parametrize("type_name", TYPES)
def test_refusals(type_name: str) -> None:
    assert "must hold one value for each of 3 items" in refused(text(type_name, ""), (3, 10), (2,)).what
    with pytest.raises(LayerError, match="no num_output"):
        layer_from_text(text(type_name, "").replace("num_output: 5", ""))
    layer = layer_from_text(text(type_name, "type: DOUBLE"))
    with pytest.raises(LayerError, match="label 5 is no class"):
        run(layer, noise(2, 3), np.array([0, 5], np.float32), params=[noise(5, 3)])
