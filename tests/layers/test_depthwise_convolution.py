"""DepthwiseConvolution: a Convolution under another name."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.layers.base import Layer
from support.helpers import layer_from_text, noise, refused, run

FIELDS = "convolution_param { num_output: 4 group: 4 kernel_size: 3 stride: 2 pad: 1 bias_term: false engine: CAFFE }"


def layer(type_name: str, fields: str = FIELDS) -> Layer:
    return layer_from_text(f'type: "{type_name}" bottom: "x" top: "y" {fields}')


def test_equals_a_convolution() -> None:
    x, weight = noise(2, 4, 7, 5), noise(4, 1, 3, 3, seed=1)
    one, other = layer("DepthwiseConvolution"), layer("Convolution")
    assert [p.shape for p in one.params([x.shape])] == [weight.shape]
    np.testing.assert_array_equal(run(one, x, params=[weight])[0], run(other, x, params=[weight])[0])
    top = one.shapes([x.shape])
    assert one.cost([x.shape], top) == other.cost([x.shape], top)
    assert one.brief([x.shape]) == "3x3+1/2 g4"


def test_group_is_not_guessed() -> None:
    full = layer("DepthwiseConvolution", "convolution_param { num_output: 4 kernel_size: 3 }")
    assert full.params([(2, 4, 7, 5)])[0].shape == (4, 4, 3, 3)


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ("num_output: 4 group: 4", "6 input channels are not divisible by group 4"),
        ("num_output: 4 group: 3", "4 outputs are not divisible by group 3"),
    ],
)
def test_refusals(fields: str, what: str) -> None:
    text = (
        f'type: "DepthwiseConvolution" bottom: "x" top: "y" convolution_param {{ {fields} kernel_size: 1 }}'
    )
    error = refused(text, (1, 6, 2, 3))
    assert (error.what, error.field) == (what, "group")
