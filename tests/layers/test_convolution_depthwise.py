"""ConvolutionDepthwise: a kernel per channel whatever num_output and group say."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.layers.base import Cost, Layer
from support.helpers import layer_from_text, noise, refused, run

TEXT = 'type: "ConvolutionDepthwise" bottom: "x" top: "y" convolution_param { %s }'


def layer(fields: str) -> Layer:
    return layer_from_text(TEXT % fields)


def test_by_hand() -> None:
    x = np.arange(12, dtype=np.float32).reshape(1, 2, 2, 3)
    weight = np.array([1, 1, 1, 1, 0, 0, 0, 2], np.float32).reshape(2, 1, 2, 2)
    (y,) = run(layer("kernel_size: 2"), x, params=[weight, np.array([10, 20], np.float32)])
    # 0 + 1 + 3 + 4 and 1 + 2 + 4 + 5; twice the lower right corners 10 and 11
    np.testing.assert_array_equal(y, np.array([18, 22, 40, 42], np.float32).reshape(1, 2, 1, 2))


@pytest.mark.parametrize("more", ["", "num_output: 7", "group: 5", "num_output: 4 group: 4"])
def test_num_output_and_group_are_not_looked_at(more: str) -> None:
    shape = (2, 4, 7, 5)
    op = layer(f"kernel_size: 3 stride: 2 pad: 1 {more}")
    assert op.shapes([shape]) == [(2, 4, 4, 3)]
    assert [p.shape for p in op.params([shape])] == [(4, 1, 3, 3), (4,)]
    assert op.cost([shape], [(2, 4, 4, 3)]) == Cost(macs=96 * 9, additions=96)
    assert op.brief([shape]) == "3x3+1/2 g4"


def test_height_and_width_in_a_list() -> None:
    assert layer("kernel_size: [3, 1] stride: [1, 2] pad: [1, 0]").shapes([(1, 4, 6, 5)]) == [(1, 4, 6, 3)]


def test_equals_a_convolution_in_groups() -> None:
    x, weight = noise(2, 3, 7, 5), noise(3, 1, 3, 3, seed=1)
    (y,) = run(layer("kernel_size: 3 dilation: 2 pad: 1 bias_term: false"), x, params=[weight])
    grouped = layer_from_text(
        'type: "Convolution" bottom: "x" top: "y" convolution_param '
        "{ num_output: 3 group: 3 kernel_size: 3 dilation: 2 pad: 1 bias_term: false }"
    )
    np.testing.assert_array_equal(y, run(grouped, x, params=[weight])[0])


def test_refusals() -> None:
    error = refused(TEXT % "kernel_size: 3", (2, 4, 7))
    assert (error.what, error.field) == ("needs a bottom of 4 axes, got 3: 2 x 4 x 7", "bottom")
    assert refused(TEXT % "pad: 1", (2, 4, 7, 5)).what == "no kernel_size"
